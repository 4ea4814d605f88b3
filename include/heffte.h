/* heFFTe: distributed fast Fourier transforms. C programs get the C interface, C++ programs (from C++11) that of C++. */
#ifndef HEFFTE_H
#define HEFFTE_H

#ifdef __cplusplus
#include "heffte_fft3d.h"
#include "heffte_fft3d_r2c.h"
#include "heffte_transform3d.h"
#else
#include "heffte_c.h"
#endif

#endif
