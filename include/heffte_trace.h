// Marks of what a program does when.
#ifndef HEFFTE_TRACE_H
#define HEFFTE_TRACE_H

#include "heffte/trace.h"

#endif
