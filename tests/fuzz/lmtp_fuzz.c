/* lmtp_fuzz - any bytes as a conversation of LMTP, in pieces of a length that the first byte says.
 *
 * Holds that: in whatever pieces it comes, the replies and the messages are the same; each line of a reply begins with three digits;
 * a message is given to as many as were let in; and nothing is kept from one mail to the next. */
#include "inbox/inbox_own.h"

enum { ROOM_BYTES = 4 << 20, REPLIES_BYTES = 8 << 20 };

typedef struct Seen { uint64_t replies, messages; int let_in, delivered; } Seen;

static str receiver(void *arg, Arena *keep, str address)
{
    Seen *s = arg;
    CHECK(address.n > 0 && str_is_plain(address, false));
    bool fine = str_hash(address, 1) % 3 != 0;
    s->let_in += fine;
    return fine ? str_fmt(keep, "250 2.1.5 %lld", (long long)address.n) : S("550 5.1.1 no");
}

static void message(void *arg, str bytes)
{
    Seen *s = arg;
    CHECK(bytes.n <= MAIL_BYTES_MAX);
    s->messages = str_hash(bytes, s->messages);
}

static str deliver(void *arg, Arena *keep, str address)
{
    ((Seen *)arg)->delivered++;
    return S("250 2.0.0 kept");
}

static void check_replies(str out)
{
    while (out.n) {
        str_pair line = str_cut(out, '\n');
        CHECK(line.found && line.head.n >= 5 && line.head.p[line.head.n - 1] == '\r');
        for (int i = 0; i < 3; i++) CHECK(line.head.p[i] >= '0' && line.head.p[i] <= '9');
        out = line.tail;
    }
}

static Seen talk(str bytes, ptrdiff_t piece)
{
    static Region room, replies;
    static Lmtp l;
    Seen seen = { 0 };
    const LmtpHost host = { receiver, message, deliver, &seen };
    if (!room.base) CHECK(region_open(&room, ROOM_BYTES) && region_open(&replies, REPLIES_BYTES));
    Arena said = region_arena(&replies, NULL);
    Out out;
    out_init(&out, &said, 4096);
    lmtp_open(&l, &host, region_arena(&room, NULL), &out);
    for (ptrdiff_t at = 0; at < bytes.n; at += piece) lmtp_take(&l, str_slice(bytes, at, at + piece));
    check_replies(out_text(&out));
    CHECK(seen.delivered <= seen.let_in && l.receiver_n <= MAIL_RECEIVERS_MAX);
    seen.replies = str_hash(out_text(&out), 0);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    str bytes = { (const char *)data + 1, (ptrdiff_t)size - 1 };
    Seen whole = talk(bytes, bytes.n), parts = talk(bytes, data[0] + 1);
    CHECK(whole.replies == parts.replies && whole.messages == parts.messages && whole.delivered == parts.delivered);
    return 0;
}
