// A name that programs may include; what it stood for is inside the library.
#ifndef HEFFTE_R2R_EXECUTOR_H
#define HEFFTE_R2R_EXECUTOR_H

#include "heffte_common.h"

#endif
