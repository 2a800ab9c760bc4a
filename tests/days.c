#include "days.h"

#include "jobs/jobs.h"
#include "journal/journal.h"

void machine_ran(World *w, int64_t ms)
{
    sql_run(w, at(w, "INSERT INTO people_up (one, ms) VALUES (1, %lld) ON CONFLICT (one) DO UPDATE SET ms = people_up.ms + excluded.ms", (long long)ms));
}

/* Some jobs ask for others of their kind; those that come by the hour are three. */
void all_jobs(World *w)
{
    world_wait(w, DAY + HOUR);
    for (int i = 0; i < 200 && jobs_run_due(world_site(w), world_now(w)) > 3; i++) {}
    jobs_run_due(world_site(w), world_now(w));
    for (int i = 0; i < 200 && journal_work(world_site(w), world_arena(w)) > 0; i++) {}
}
