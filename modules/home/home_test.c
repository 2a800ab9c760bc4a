#include "../../tests/world.h"

TEST(a_stranger_sees_what_this_is_and_where_to_begin)
{
    Visit v = get(w, STRANGER, "/");
    EXPECT(v.status == 200 && says(v, "Your product can travel.") && says(v, "No account needed."));
    EXPECT(!says(v, "Go on where you stopped"));
}

TEST(looking_around_writes_nothing)
{
    int64_t records = sql_int(w, "SELECT count(*) FROM journal"), sessions = sql_int(w, "SELECT count(*) FROM auth_session");
    get(w, STRANGER, "/");
    EXPECT(sql_int(w, "SELECT count(*) FROM journal") == records && sql_int(w, "SELECT count(*) FROM auth_session") == sessions);
}

TEST(a_program_reads_the_door_as_json)
{
    Visit v = get_json(w, STRANGER, "/");
    EXPECT(v.status == 200 && says(v, "\"begun\":false"));
}

TESTS(home, a_stranger_sees_what_this_is_and_where_to_begin, looking_around_writes_nothing, a_program_reads_the_door_as_json)
