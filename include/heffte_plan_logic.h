// Options of a plan, and how it goes from box to box.
#ifndef HEFFTE_PLAN_LOGIC_H
#define HEFFTE_PLAN_LOGIC_H

#include "heffte/logic_plan.h"
#include "heffte/plan_options.h"

#endif
