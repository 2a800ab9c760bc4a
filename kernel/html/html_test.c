#include "html/html.h"
#include "../../tests/world.h"

static str as_text(World *w, str s)
{
    Out o;
    out_init(&o, world_arena(w), 16);
    html_text(&o, s);
    return out_text(&o);
}

static str as_path(World *w, str s)
{
    Out o;
    out_init(&o, world_arena(w), 16);
    html_path(&o, s);
    return out_text(&o);
}

TEST(text_cannot_open_a_tag_or_leave_an_attribute)
{
    EXPECT_STR(as_text(w, S("<script>alert('x')</script>")), S("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    EXPECT_STR(as_text(w, S("\" onclick=\"x")), S("&quot; onclick=&quot;x"));
    EXPECT_STR(as_text(w, S("&lt;")), S("&amp;lt;"));
    EXPECT_STR(as_text(w, S("رز وذرة 海关")), S("رز وذرة 海关"));
    EXPECT_STR(as_text(w, (str){ 0 }), S(""));
    EXPECT_STR(as_text(w, S("<")), S("&lt;"));
}

TEST(every_byte_of_text_is_either_itself_or_an_entity)
{
    for (int c = 1; c < 256; c++) {
        str got = as_text(w, (str){ (char[]){ 'a', (char)c, 'b' }, 3 });
        bool special = strchr("&<>\"'", c) != NULL;
        EXPECT(special ? got.n > 3 && got.p[1] == '&' && got.p[got.n - 2] == ';' : got.n == 3 && got.p[1] == (char)c);
    }
}

TEST(a_value_in_an_address_stays_one_segment)
{
    EXPECT_STR(as_path(w, S("rice & beans/../admin?x=1#y")), S("rice%20%26%20beans%2F..%2Fadmin%3Fx%3D1%23y"));
    EXPECT_STR(as_path(w, S("javascript:alert(1)")), S("javascript%3Aalert%281%29"));
    EXPECT_STR(as_path(w, S("Az09-._~")), S("Az09-._~"));
    EXPECT_STR(as_path(w, S("é+,")), S("%C3%A9%2B%2C"));
}

TEST(escaped_addresses_are_read_back_as_they_were)
{
    char all[255];
    for (int c = 1; c < 256; c++) all[c - 1] = (char)c;
    str back = { 0 };
    EXPECT(url_unescape(world_arena(w), as_path(w, (str){ all, 255 }), true, &back) && str_eq(back, (str){ all, 255 }));
    EXPECT_STR(as_path(w, (str){ all, 255 }), url_escape(world_arena(w), (str){ all, 255 }));
}

TEST(only_addresses_of_known_kinds_pass)
{
    static const char *const good[] = {
        "https://www.wto.org/", "HTTP://example.org", "https://example.org:8080/a?b=c#d", "mailto:help@example.org",
        "tel:+66-2-123(4567)", "/learn/practices/order", "/", " https://example.org ", "https://例え.jp/é", "/to?x=a@b:c",
        "https://example.org/@name",
    };
    static const char *const bad[] = {
        "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:x", "data:text/html,x",
        "vbscript:x", "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:///x", "http://",
        "https://bank.example@evil.example/", "https://:80/", "ftp://example.org", "learn", "?q", "mailto:", "mailto:@x",
        "tel:", "tel:call-me", "/a b", "/a\nb", "https://exa\xE2\x80\xAEmple.org", "/\xFF",
    };
    Url url;
    for (int i = 0; i < COUNT_OF(good); i++)
        if (!url_checked(world_arena(w), str_from(good[i]), &url)) world_failed(w, __FILE__, __LINE__, good[i]);
    for (int i = 0; i < COUNT_OF(bad); i++)
        if (url_checked(world_arena(w), str_from(bad[i]), &url)) world_failed(w, __FILE__, __LINE__, bad[i]);
}

TEST(the_type_chooses_the_escape)
{
    Out o;
    Url url;
    out_init(&o, world_arena(w), 16);
    HTML_PUT(&o, S("a<b"));
    HTML_PUT(&o, (int64_t)-42);
    HTML_RAW(&o, ((Html){ S("<b>") }));
    EXPECT(url_checked(world_arena(w), S("/x?a=1&b=2"), &url));
    HTML_PUT_URL(&o, url);
    HTML_PUT_IN_URL(&o, url);
    HTML_PUT_URL(&o, S("a/b"));
    EXPECT_STR(out_text(&o), S("a&lt;b-42<b>/x?a=1&amp;b=2%2Fx%3Fa%3D1%26b%3D2a%2Fb"));
}

TEST(conditions_read_as_a_person_would)
{
    str none = { 0 };
    const int *nothing = NULL;
    uint64_t high = (uint64_t)1 << 63;
    EXPECT(HTML_IF(S("x")) && !HTML_IF(none) && !HTML_IF(0) && HTML_IF(-1) && !HTML_IF(nothing) && HTML_IF(high));
    EXPECT(!HTML_IF((bool)false) && HTML_IF(&none));
}

TESTS(html, text_cannot_open_a_tag_or_leave_an_attribute, every_byte_of_text_is_either_itself_or_an_entity,
      a_value_in_an_address_stays_one_segment, escaped_addresses_are_read_back_as_they_were,
      only_addresses_of_known_kinds_pass, the_type_chooses_the_escape, conditions_read_as_a_person_would)
