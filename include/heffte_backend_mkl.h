// The tags of MKL.
#ifndef HEFFTE_BACKEND_MKL_H
#define HEFFTE_BACKEND_MKL_H

#include "heffte/backend_traits.h"

#endif
