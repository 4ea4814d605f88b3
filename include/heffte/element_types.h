// The types of elements.
#ifndef HEFFTE_ELEMENT_TYPES_H
#define HEFFTE_ELEMENT_TYPES_H

#include "heffte_abi.h"
#include "heffte/backend_tags.h"
#include "heffte/complex_traits.h"
#include "heffte/foreign_types.h"

namespace heffte {

namespace detail {

//! The number that the library knows a type by, or no member where it knows it not.
template <typename scalar_type, typename = void> struct element {};
template <> struct element<float, void> {
    static constexpr int code = HEFFTE_ABI_FLOAT;
    typedef float standard_type;
    typedef float real_type;
};
template <> struct element<double, void> {
    static constexpr int code = HEFFTE_ABI_DOUBLE;
    typedef double standard_type;
    typedef double real_type;
};
template <typename scalar_type>
struct element<scalar_type, typename std::enable_if<is_ccomplex<scalar_type>::value>::type> {
    static_assert(sizeof(scalar_type) == sizeof(std::complex<float>), "is_ccomplex is for types of two floats");
    static constexpr int code = HEFFTE_ABI_COMPLEX_FLOAT;
    typedef std::complex<float> standard_type;
    typedef float real_type;
};
template <typename scalar_type>
struct element<scalar_type, typename std::enable_if<is_zcomplex<scalar_type>::value>::type> {
    static_assert(sizeof(scalar_type) == sizeof(std::complex<double>), "is_zcomplex is for types of two doubles");
    static constexpr int code = HEFFTE_ABI_COMPLEX_DOUBLE;
    typedef std::complex<double> standard_type;
    typedef double real_type;
};

} // namespace detail

//! The type of a Fourier transform's result: complex of the same precision.
template <typename scalar_type> struct fft_output { typedef scalar_type type; };
template <> struct fft_output<float> { typedef std::complex<float> type; };
template <> struct fft_output<double> { typedef std::complex<double> type; };

//! The type of a backend's result: that of fft_output, or for cosine and sine transforms the type itself.
template <typename scalar_type, typename backend_tag> struct transform_output {
    typedef typename std::conditional<detail::facts<backend_tag>::is_fourier, typename fft_output<scalar_type>::type,
                                      scalar_type>::type type;
};

//! The real type of the same precision, or for cosine and sine transforms the type itself.
template <typename scalar_type, typename backend_tag> struct transform_real_type {
    typedef typename detail::element<scalar_type>::real_type type;
};

//! The standard library's counterpart of a complex type that is_ccomplex or is_zcomplex knows; real types are their own.
template <typename scalar_type> struct define_standard_type {
    typedef typename detail::element<scalar_type>::standard_type type;
};
template <typename scalar_type> struct define_standard_type<scalar_type const> {
    typedef typename define_standard_type<scalar_type>::type const type;
};

//! The same array with elements of the standard library's type.
template <typename scalar_type>
inline typename define_standard_type<scalar_type>::type *convert_to_standard(scalar_type input[]) {
    return reinterpret_cast<typename define_standard_type<scalar_type>::type *>(input);
}
template <typename scalar_type>
inline typename define_standard_type<scalar_type>::type const *convert_to_standard(scalar_type const input[]) {
    return reinterpret_cast<typename define_standard_type<scalar_type>::type const *>(input);
}

} // namespace heffte

#endif
