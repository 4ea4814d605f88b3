// All backends.
#ifndef HEFFTE_BACKENDS_H
#define HEFFTE_BACKENDS_H

#include "heffte_backend_stock.h"
#include "heffte_backend_fftw.h"
#include "heffte_backend_mkl.h"
#include "heffte_backend_cuda.h"
#include "heffte_backend_rocm.h"
#include "heffte_backend_oneapi.h"

#endif
