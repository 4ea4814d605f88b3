/* The constants of heFFTe's C interface. */
#ifndef HEFFTE_C_DEFINES_H
#define HEFFTE_C_DEFINES_H

#include "heffte_config.h"

/* Backends: those of this build. */
#define Heffte_BACKEND_STOCK 0
#ifdef Heffte_ENABLE_FFTW
#define Heffte_BACKEND_FFTW 1
#endif
#ifdef Heffte_ENABLE_MKL
#define Heffte_BACKEND_MKL 2
#endif
#ifdef Heffte_ENABLE_CUDA
#define Heffte_BACKEND_CUFFT 10
#endif
#ifdef Heffte_ENABLE_ROCM
#define Heffte_BACKEND_ROCFFT 11
#endif
/* That of these which should be the fastest for a plan; heFFTe has no such backend. */
#define Heffte_BACKEND_AUTO 100

/* What functions return when all went well. */
#define Heffte_SUCCESS 0

/* How data travels between ranks. */
#define Heffte_RESHAPE_ALGORITHM_ALLTOALLV 0
#define Heffte_RESHAPE_ALGORITHM_P2P_PLINED 1
#define Heffte_RESHAPE_ALGORITHM_P2P 2
#define Heffte_RESHAPE_ALGORITHM_ALLTOALL 3

/* What FFTW spends on planning its lines: its FFTW_ESTIMATE, FFTW_MEASURE and FFTW_PATIENT. */
#define Heffte_EFFORT_ESTIMATE 0
#define Heffte_EFFORT_MEASURE 1
#define Heffte_EFFORT_PATIENT 2

/* What happens along an axis: nothing; the complex Fourier transform; that of real data, half of whose spectrum is kept; the
 * cosine and sine transforms of types II (backward III) and I, which are FFTW's REDFT10, RODFT10, REDFT00 and RODFT00. */
#define Heffte_AXIS_IDENTITY 0
#define Heffte_AXIS_C2C 1
#define Heffte_AXIS_R2C 2
#define Heffte_AXIS_COS 3
#define Heffte_AXIS_SIN 4
#define Heffte_AXIS_COS1 5
#define Heffte_AXIS_SIN1 6

/* The factor applied to the result of a transform: none, 1/N, or the square root of that. */
#define Heffte_SCALE_NONE 0
#define Heffte_SCALE_FULL 1
#define Heffte_SCALE_SYMMETRIC 2

#endif
