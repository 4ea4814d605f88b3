// What templates ask about a backend.
#ifndef HEFFTE_BACKEND_TRAITS_H
#define HEFFTE_BACKEND_TRAITS_H

#include "heffte/device_vector.h"
#include "heffte/element_types.h"

namespace heffte {

namespace backend {

//! Where arrays of a backend lie, and the container for them.
template <typename backend_tag> struct buffer_traits : detail::containers<typename detail::place_of<backend_tag>::type> {
    typedef typename detail::facts<backend_tag>::location location;
};

//! Whether a backend works in the memory of a device.
template <typename backend_tag>
struct uses_gpu : std::is_same<typename detail::facts<backend_tag>::location, tag::gpu> {};
template <> struct uses_gpu<tag::gpu> : std::true_type {};

//! Whether the results of a backend are complex.
template <typename backend_tag>
struct uses_fft_types : std::integral_constant<bool, detail::facts<backend_tag>::is_fourier> {};

//! Whether a backend transforms elements of one type to another, forward.
template <typename backend_tag, typename input_type, typename output_type>
struct check_types
    : std::integral_constant<
          bool, uses_fft_types<backend_tag>::value
                    ? ((std::is_same<input_type, float>::value || is_ccomplex<input_type>::value) &&
                       is_ccomplex<output_type>::value) ||
                          ((std::is_same<input_type, double>::value || is_zcomplex<input_type>::value) &&
                           is_zcomplex<output_type>::value)
                    : std::is_same<input_type, output_type>::value &&
                          (std::is_same<input_type, float>::value || std::is_same<input_type, double>::value)> {};

} // namespace backend

} // namespace heffte

#endif
