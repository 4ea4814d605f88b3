// The complex types of libraries that backends stand for, where their headers are installed.
#ifndef HEFFTE_FOREIGN_TYPES_H
#define HEFFTE_FOREIGN_TYPES_H

#include "heffte_config.h"
#include "heffte/complex_traits.h"

#ifdef __has_include
#if defined(Heffte_ENABLE_FFTW) && __has_include(<fftw3.h>)
#include <fftw3.h>

namespace heffte {
template <> struct is_ccomplex<fftwf_complex> : std::true_type {};
template <> struct is_zcomplex<fftw_complex> : std::true_type {};
} // namespace heffte
#endif

#if defined(Heffte_ENABLE_MKL) && __has_include(<mkl_types.h>)
#include <mkl_types.h>

namespace heffte {
template <> struct is_ccomplex<MKL_Complex8> : std::true_type {};
template <> struct is_zcomplex<MKL_Complex16> : std::true_type {};
} // namespace heffte
#endif

#if defined(Heffte_ENABLE_CUDA) && __has_include(<cuComplex.h>)
#include <cuComplex.h>

namespace heffte {
template <> struct is_ccomplex<cuComplex> : std::true_type {};
template <> struct is_zcomplex<cuDoubleComplex> : std::true_type {};
} // namespace heffte
#elif defined(Heffte_ENABLE_ROCM) && defined(__HIP_PLATFORM_AMD__) && __has_include(<hip/hip_complex.h>)
#include <hip/hip_complex.h>

namespace heffte {
template <> struct is_ccomplex<hipFloatComplex> : std::true_type {};
template <> struct is_zcomplex<hipDoubleComplex> : std::true_type {};
} // namespace heffte
#endif
#endif

#endif
