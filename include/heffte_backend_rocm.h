// The tags of rocFFT.
#ifndef HEFFTE_BACKEND_ROCM_H
#define HEFFTE_BACKEND_ROCM_H

#include "heffte/backend_traits.h"

#endif
