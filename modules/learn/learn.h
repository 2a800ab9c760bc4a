/* learn - the programme, its lessons, and what people have done of it. What other modules may rely on.
 *
 * URLs     /learn, /learn/:module, /learn/:module/:course, /learn/:module/:course/:lesson and below; /search
 * Tables   learn_pack … learn_term: content, made from packs; learn_answer, learn_done, learn_place: derived
 * Records  learn.records
 * Rule     a lesson is complete when its questions are answered well enough, the starred fields of its task are
 *          filled, and the learner has said that she is done. Completed once is completed. Nobody is locked out of any
 *          page.
 *
 * Keys are addresses and never change: "practices" is a module, "practices/order" a course, "practices/order/map" a
 * lesson. */
#pragma once
#include "base/scope.h"
#include "html/html.h"
#include "learn_views.h"

/* ---- for other pages --------------------------------------------------------------------------------------------- */

/* LearnStop and LearnModules stand at the head of pages/show_programme.html. */
LearnStop    learn_stop(Scope *s);                        /* where s->me stopped, or the next lesson she has not completed */
LearnModules learn_modules_of(Scope *s);                  /* in order, with what s->me has done */
