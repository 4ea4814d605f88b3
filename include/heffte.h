/* heFFTe: distributed fast Fourier transforms. */
#ifndef HEFFTE_H
#define HEFFTE_H

#ifdef __cplusplus
#error "this version of heFFTe has the C interface and no C++ interface yet: include heffte.h from C"
#else
#include "heffte_c.h"
#endif

#endif
