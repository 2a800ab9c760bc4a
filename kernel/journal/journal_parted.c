/* journal_parted - an installation that comes from an old copy. Others know endings of what it wrote that it does not know itself,
 * and it may have written on since. Steps 35 to 39 of docs/EXCHANGE.md.
 *
 * Table    journal_fork, a row for a stream and a number of ours:
 *   PARTED_NOT        they lack what we have after seq. Matters only when we come from an old copy: then it may be called like something
 *                     that was lost
 *   PARTED_SOMEWHERE  they know another ending; where the two parted is not known yet. `have` names several of our seals
 *   PARTED_HERE       after seq our record is another one than theirs
 *   PARTED_BEFORE     or already before seq; only while a letter is read
 * Rule     what is the same is found record by record, for a copy seals its tail anew and with other boundaries. Nothing that bears a number
 *          that has parted leaves this installation. What only we have gets another number (journal_anew.c), and then all that was
 *          lost can be taken back. Where nothing was written since, everything is simply taken back. */
#include "journal/journal_own.h"

bool number_is_ours(Scope *s, int64_t node)
{
    journal_rows_node_row row;
    return journal_rows_node(s, node, &row) && row.own;
}

bool has_parted(Scope *s, int64_t stream, int64_t node)
{
    journal_rows_fork_row fork;
    return journal_rows_fork(s, stream, node, &fork) && fork.parted != PARTED_NOT;
}

bool number_has_parted(Scope *s, int64_t node) { return journal_rows_forks_of(s, node) > 0; }

/* From now on what is written may be new; what is there now, nobody has or everybody. */
static void note_copy(Scope *s)
{
    journal_rows_self_copied(s, journal_rows_last_id(s));
}

void parted_somewhere(Scope *s, int64_t stream, int64_t node)
{
    journal_rows_fork_put(s, stream, node, 0, PARTED_SOMEWHERE);
    note_copy(s);
}

void parted_here(Scope *s, int64_t stream, int64_t node, int64_t seq)
{
    journal_rows_fork_put(s, stream, node, seq, PARTED_HERE);
    note_copy(s);
}

/* A record of ours, since the copy, has the id of one that was lost. It may have been lost in another stream, and then what stands before
 * it in its own is unknown to them too, as they say in the same letter. */
void parted_at_record(Scope *s, int64_t id)
{
    Record r;
    if (!record_by_id(s, id, &r) || !number_is_ours(s, r.node)) return;
    journal_rows_fork_put(s, r.stream, r.node, r.seq - 1, PARTED_BEFORE);
    note_copy(s);
}

void parted_nowhere(Scope *s, int64_t stream, int64_t node) { journal_rows_fork_drop(s, stream, node, PARTED_SOMEWHERE); }

/* places: what they hold of this stream. */
void they_lack(Scope *s, int64_t stream, str places)
{
    journal_rows_heads_rows heads = journal_rows_heads(s, stream);
    for (ptrdiff_t i = 0; i < heads.n; i++) {
        int64_t held = 0, node, seq;
        if (!heads.row[i].own) continue;
        for (str rest = places; rest.n;) {
            str_pair two = str_cut(take_word(&rest), ':');
            if (str_int(two.head, &node) && node == heads.row[i].node && str_int(str_cut(two.tail, ':').head, &seq)) held = seq;
        }
        if (held < heads.row[i].seq) journal_rows_fork_put(s, stream, heads.row[i].node, held, PARTED_NOT);
    }
}

/* A letter is about to be read. What the last one lacked is of no matter, unless we come from a copy. */
void parted_begin(Scope *s)
{
    if (journal_rows_forks_parted(s) == 0) journal_rows_fork_empty(s);
}

/* And was read: what is the worst that is known? */
Parted parted_end(Scope *s)
{
    journal_rows_fork_believe(s);
    if (journal_rows_forks_with(s, PARTED_SOMEWHERE) > 0) return PARTED_SOMEWHERE;
    if (journal_rows_forks_with(s, PARTED_HERE) > 0) return PARTED_HERE;
    journal_rows_fork_empty(s);
    journal_rows_self_copied_not(s);
    return PARTED_NOT;
}

/* Before new ids are given: also what was written after the copy was found out, into streams of which nobody said what he lacks. */
void parted_collect(Scope *s)
{
    journal_rows_self_row self;
    if (!journal_rows_self(s, &self)) return;
    journal_rows_unforked_after_rows later = journal_rows_unforked_after(s, self.copied);
    for (ptrdiff_t i = 0; i < later.n; i++) journal_rows_fork_put(s, later.row[i].stream, later.row[i].node, later.row[i].seq - 1, PARTED_NOT);
}

/* And after: what is the same is still to be found out with the seals of the others. */
void parted_moved(Scope *s)
{
    journal_rows_fork_drop_all(s, PARTED_NOT);
    journal_rows_fork_soften(s);
    if (journal_rows_forks_parted(s) == 0) journal_rows_self_copied_not(s);
}
