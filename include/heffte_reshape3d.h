// A name that programs may include; what it stood for is inside the library.
#ifndef HEFFTE_RESHAPE3D_H
#define HEFFTE_RESHAPE3D_H

#include "heffte_plan_logic.h"

#endif
