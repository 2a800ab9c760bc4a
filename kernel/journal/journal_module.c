/* journal_module - the journal's own kinds and jobs, and what doctor sees of it. */
#include "journal/journal_own.h"

#include "jobs/jobs.h"

static const JobKind jobs[] = {
    { "journal.kept",  .run = erase_kept_job, .every = DAY },
    { "journal.seal",  .run = seal_job,       .every = HOUR },
    { "journal.check", .work = check_work, .write = check_write, .every = DAY },
    { "files.check",   .work = files_work, .write = files_write, .every = DAY,
      .mend = "Mount the disk. If the files are lost for good, put any file into that folder: what other nodes have then comes with the exchange." },
};

/* ---- doctor --------------------------------------------------------------------------------------------------------- */

static void doctor_sequences(Scope *s, Doctor *d)
{
    journal_rows_broken_row broken;
    if (!journal_rows_broken(s, &broken)) doctor_fine(d, "the records of every node and stream are 1, 2, 3, … without a gap");
    else doctor_bad(d, "Take the database from a copy.", "records of node %lld are missing in stream %lld", (long long)broken.node, (long long)broken.stream);
}

static void doctor_damage(Scope *s, Doctor *d)
{
    journal_rows_damage_rows damage = journal_rows_damage(s);
    for (ptrdiff_t i = 0; i < damage.n; i++)
        doctor_bad(d, "Take the database from a copy made before that, then let it exchange with its hub.",
                   "records of node %lld up to number %lld in stream %lld are not as they were signed (seen %.*s)", (long long)damage.row[i].node,
                   (long long)damage.row[i].seq, (long long)damage.row[i].stream, STR_ARG(time_iso(s->arena, damage.row[i].found_at)));
    if (damage.n == 0) doctor_fine(d, "the last look at the signatures of records found nothing");
}

static void doctor_refused(Scope *s, Doctor *d)
{
    int64_t n = journal_rows_refused_n(s);
    journal_rows_refused_rows some = journal_rows_refused(s, 5);
    if (n == 0) doctor_fine(d, "no record was refused");
    for (ptrdiff_t i = 0; i < some.n; i++)
        doctor_bad(d, "Ask whoever keeps that node. A refused record changes nothing.", "of %lld refused records: %.*s of node %lld, %.*s: %.*s",
                   (long long)n, STR_ARG(some.row[i].kind), (long long)some.row[i].node, STR_ARG(time_iso(s->arena, some.row[i].at)), STR_ARG(some.row[i].why));
}

static void doctor_waits(Scope *s, Doctor *d)
{
    journal_rows_waits_rows waits = journal_rows_waits(s);
    for (ptrdiff_t i = 0; i < waits.n && i < 5; i++)
        doctor_fine(d, "%lld records wait for: %.*s", (long long)waits.row[i].n, STR_ARG(waits.row[i].what));
}

static bool doctor(Scope *s, Doctor *d)
{
    const Journal *j = s->site->journal;
    doctor_sequences(s, d);
    doctor_damage(s, d);
    doctor_refused(s, d);
    doctor_waits(s, d);
    for (int i = 0; i < j->maker_n; i++)
        if (atomic_load(&j->makers[i].making))
            doctor_fine(d, "what %s shows is being made again from the records", j->makers[i].module);
    return true;
}

const Module journal_module = {
    .name = "journal",
    .records = journal_records, .record_n = JOURNAL_RECORDS,
    .jobs = jobs, .job_n = COUNT_OF(jobs),
    .doctor = doctor,
};
