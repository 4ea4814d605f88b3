// The tags of cuFFT.
#ifndef HEFFTE_BACKEND_CUDA_H
#define HEFFTE_BACKEND_CUDA_H

#include "heffte/backend_traits.h"

#endif
