#include "../../tests/world.h"
#include "learn_own.h"

/* Reads an <svg> around `inside`; "" when it was refused, else what would be drawn. */
static str drawn(World *w, const char *inside, PackProblems *problems)
{
    Arena *arena = world_arena(w);
    *problems = (PackProblems){ .keep = arena };
    PackFile file = {
        .path = S("a.svg"),
        .bytes = str_fmt(arena, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\">\n%s\n</svg>\n", inside)
    };
    PackFigure figure = { .name = S("fig") };
    return figure_read(arena, problems, &file, &figure) ? figure.inside.s : (str){ 0 };
}

static bool refused(World *w, const char *inside)
{
    PackProblems problems;
    str out = drawn(w, inside, &problems);
    if (!out.n && problems.n) return true;
    printf("  passed: %s -> %.*s\n", inside, STR_ARG(out));
    return false;
}

TEST(a_drawing_is_written_anew_with_its_ids_apart)
{
    PackProblems problems;
    str out = drawn(w, "<g id=\"x\"><path d=\"M0 0l4 2z\" fill='var(--sea)'/></g><use href=\"#x\" x=\"4\"/>"
                       "<text x=\"1\">a &lt; b &amp; ü</text>", &problems);
    EXPECT_STR(out, S("<g id=\"fig-x\"><path d=\"M0 0l4 2z\" fill=\"var(--sea)\"></path></g>"
                      "<use href=\"#fig-x\" x=\"4\"></use>"
                      "<text x=\"1\">a &lt; b &amp; ü</text>"));
}

TEST(what_could_act_or_fetch_is_refused)
{
    static const char *const bad[] = {
        "<script>alert(1)</script>", "<g onload=\"x\"/>", "<style>*{}</style>", "<rect style=\"fill:red\"/>",
        "<image href=\"#a\"/>", "<a href=\"#x\"/>", "<foreignObject/>", "<use href=\"http://x/y#z\"/>",
        "<use href=\"data:image/svg+xml,x#a\"/>", "<use xlink:href=\"#x\"/>", "<rect fill=\"url(http://x/)\"/>",
        "<rect fill=\"url(#x) url(http://x)\"/>", "<g clip-path=\"url(x.svg#y)\"/>", "<g transform=\"url(#x)\"/>",
        "<animate attributeName=\"href\"/>", "<set/>", "<g xmlns=\"http://www.w3.org/1999/xhtml\"/>",
        "<g class=\"top\"/>", "<svg/>", "<text><script/></text>", "<title><b>x</b></title>", "<![CDATA[<script>]]>",
        "<?php x ?>", "<!DOCTYPE svg>", "<!ENTITY x \"y\">",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) EXPECT(refused(w, bad[i]));
}

TEST(shapes_that_are_not_whole_are_refused)
{
    static const char *const bad[] = {
        "<g>", "</g>", "<g></h>", "<g a>", "<g x=1/>", "<g x=\"1/>", "<g x=\"<\"/>", "<g x=\"1\" x=\"2\"/>",
        "<g id=\"a\"/><g id=\"a\"/>", "<use href=\"#nobody\"/>", "words", "<text>&nbsp;</text>", "<text>&#0;</text>",
        "<text>&#x202e;</text>", "<text>& b</text>", "<!-- open", "<g", "<", "</svg><svg>", "<g id=\"1\"/>", "<G/>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) EXPECT(refused(w, bad[i]));
}

TEST(a_drawing_that_would_grow_without_end_is_refused)
{
    EXPECT(refused(w, "<g id=\"a\"><use href=\"#a\"/></g>"));
    EXPECT(refused(w, "<path id=\"a\" d=\"M0 0\"/><g id=\"b\"><use href=\"#a\"/></g>"
                      "<g id=\"c\"><use href=\"#b\"/></g>"));
    Out deep;
    out_init(&deep, world_arena(w), 4096);
    for (int i = 0; i < 40; i++) out_lit(&deep, "<g>");
    for (int i = 0; i < 40; i++) out_lit(&deep, "</g>");
    EXPECT(refused(w, str_z(world_arena(w), out_text(&deep))));
    Out many;
    out_init(&many, world_arena(w), 8192);
    for (int i = 0; i < 1100; i++) out_lit(&many, "<g/>");
    EXPECT(refused(w, str_z(world_arena(w), out_text(&many))));
}

TEST(colours_follow_day_and_night)
{
    PackProblems problems;
    EXPECT(refused(w, "<rect fill=\"#fff\"/>"));
    EXPECT(refused(w, "<rect stroke=\"black\"/>"));
    EXPECT(refused(w, "<rect fill=\"var(--any)\"/>"));
    EXPECT(drawn(w, "<rect fill=\"currentColor\" stroke=\"none\"/>", &problems).n > 0);
    EXPECT(refused(w, "<g>\n<rect fill=\"red\"/>\n</g>"));
    drawn(w, "<g>\n<rect fill=\"red\"/>\n<rect fill=\"blue\"/></g>", &problems);
    EXPECT(problems.n == 2 && problems.row[0].line == 3 && problems.row[1].line == 4);
}

TEST(what_the_picture_says_is_said_aloud)
{
    PackFigure figure = { .view_box = S("0 0 8 8") };
    str html = figure_html(world_arena(w), &figure, S("A \"box\" <b>")).s;
    EXPECT(str_find(html, S("aria-label=\"A &quot;box&quot; &lt;b&gt;\"")) >= 0);
}

TESTS(learn_figure, a_drawing_is_written_anew_with_its_ids_apart, what_could_act_or_fetch_is_refused,
      shapes_that_are_not_whole_are_refused, a_drawing_that_would_grow_without_end_is_refused,
      colours_follow_day_and_night, what_the_picture_says_is_said_aloud)
