/* trial - a module for the tests of the journal, with tables of every unit. Its rows are looked at by trial_rows. */
#pragma once
#include "db/db.h"
#include "trial_records.h"
#include "web/web.h"

extern const Module trial_module;
extern const DbMigration trial_migration;
extern const DbTable trial_tables[];
extern const int trial_table_n;

/* One text column: everything in its tables, in an order that does not depend on the way they were filled. */
#define TRIAL_ROWS \
    "SELECT text FROM (" \
    "SELECT 1 AS t, economy AS o, 'fact ' || economy || ' ' || topic || ' ' || value || ' by ' || person AS text FROM trial_fact UNION ALL " \
    "SELECT 2, id, 'voice ' || id || ' ' || economy || ' ' || words || ' by ' || person FROM trial_voice UNION ALL " \
    "SELECT 3, id, 'sale ' || id || ' ' || firm || ' ' || number || ' ' || total || ' ' || note FROM trial_sale UNION ALL " \
    "SELECT 4, matter, 'offer ' || matter || ' ' || place || ' ' || price FROM trial_offer UNION ALL " \
    "SELECT 5, id, 'note ' || id || ' ' || person || ' ' || words || ' by ' || trainer FROM trial_note UNION ALL " \
    "SELECT 6, firm, 'firm ' || firm || ' ' || name || ' ' || members FROM trial_firm" \
    ") a ORDER BY t, o, text"
