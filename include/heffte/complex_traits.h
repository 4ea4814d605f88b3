// Which types are complex numbers.
#ifndef HEFFTE_COMPLEX_TRAITS_H
#define HEFFTE_COMPLEX_TRAITS_H

#include "heffte/standard.h"

namespace heffte {

//! Whether a type is a complex number of two floats, the real part first. Programs may specialise it for types of their own,
//! which need no members that this library knows.
template <typename scalar_type> struct is_ccomplex : std::false_type {};
template <> struct is_ccomplex<std::complex<float>> : std::true_type {};

//! Whether a type is a complex number of two doubles, the real part first. Programs may specialise it, too.
template <typename scalar_type> struct is_zcomplex : std::false_type {};
template <> struct is_zcomplex<std::complex<double>> : std::true_type {};

} // namespace heffte

#endif
