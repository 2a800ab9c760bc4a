/* people_strip - what the line above a page asks of who is signed in: one thing at a time, and of everybody once (people_terms.c). */
#pragma once
#include "web/web.h"

typedef enum PeopleAsk { PEOPLE_ASKS_NOTHING, PEOPLE_ASKS_TERMS, PEOPLE_ASKS_AGE } PeopleAsk;
PeopleAsk people_ask(const Request *rq);
