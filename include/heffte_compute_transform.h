// Transforms of arrays by a plan.
#ifndef HEFFTE_COMPUTE_TRANSFORM_H
#define HEFFTE_COMPUTE_TRANSFORM_H

#include "heffte/transforms.h"

#endif
