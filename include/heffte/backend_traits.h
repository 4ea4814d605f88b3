// What templates ask about a backend.
#ifndef HEFFTE_BACKEND_TRAITS_H
#define HEFFTE_BACKEND_TRAITS_H

#include "heffte/element_types.h"

namespace heffte {

namespace backend {

//! Where arrays of a backend lie, and the container for them.
template <typename backend_tag> struct buffer_traits {
    typedef typename detail::facts<backend_tag>::location location;
    template <typename scalar_type> using container = std::vector<scalar_type>;
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

//! The device that a plan works on, of which the host has one and no streams.
template <typename location> struct device_instance {
    typedef void *stream_type;
    device_instance(stream_type = nullptr) noexcept {}
    stream_type stream() const noexcept { return nullptr; }
    void synchronize_device() const noexcept {}
};

//! Copies where arrays of a location lie.
template <typename location> struct data_manipulator {
    typedef void *stream_type;
    template <typename source_type, typename destination_type>
    static void copy_n(stream_type, source_type const source[], std::size_t count, destination_type destination[]) {
        std::copy_n(source, count, destination);
    }
    template <typename source_type, typename destination_type>
    static void copy_n(source_type const source[], std::size_t count, destination_type destination[]) {
        std::copy_n(source, count, destination);
    }
};

} // namespace backend

//! A container of `count` elements in the memory of the host.
template <typename scalar_type> inline std::vector<scalar_type> make_buffer_container(void *, std::size_t count) {
    return std::vector<scalar_type>(count);
}

} // namespace heffte

#endif
