// Transforms with a kind for each dimension: Fourier, cosine, sine, or none.
#ifndef HEFFTE_TRANSFORM3D_H
#define HEFFTE_TRANSFORM3D_H

#include "heffte_fft3d.h"

namespace heffte {

namespace detail {
//! The types that some kinds take, forward: of one precision, and not from complex to real. The library knows which kinds.
template <typename input_type, typename output_type>
struct pairs_of_some_kinds
    : std::integral_constant<bool, std::is_same<typename element<input_type>::real_type,
                                                typename element<output_type>::real_type>::value &&
                                       (!std::is_floating_point<output_type>::value ||
                                        std::is_floating_point<input_type>::value)> {};
} // namespace detail

//! A plan for transforms with a kind for each of the dimensions 0, 1 and 2.
/*!
 * Without a Fourier axis (axis::c2c, axis::r2c) input, output and workspace have one type, of whose complex numbers both parts are
 * transformed for themselves. With axis::r2c a forward transform goes from real to complex, and the outboxes fill the world
 * that is shorter there, box3d::r2c(). Else it goes from real or complex to complex. Types that the kinds do not take are
 * std::invalid_argument.
 *
 * A backward cosine or sine transform is the inverse times 2 n, 2 (n - 1) for axis::cos1, or 2 (n + 1) for axis::sin1; scale::full
 * divides by the product of these and of the points of Fourier axes. All else is as for fft3d.
 */
template <typename backend_tag, typename index = int>
class transform3d : public detail::transforms<backend_tag, index, detail::pairs_of_some_kinds> {
    typedef detail::transforms<backend_tag, index, detail::pairs_of_some_kinds> base;
    static_assert(!backend::is_enabled<backend_tag>::value || backend::uses_fft_types<backend_tag>::value,
                  "transform3d takes its kinds from its arguments: use a backend of Fourier transforms, such as stock");

  public:
    using typename base::stream_type;
    template <typename scalar_type>
    using buffer_container = typename base::template buffer_container<scalar_type>;

    //! `inbox` is this rank's part of the input of a forward transform, `outbox` that of its output. The kinds are the same on all
    //! ranks.
    transform3d(box3d<index> const inbox, box3d<index> const outbox, std::array<axis, 3> const kinds, MPI_Comm const comm,
                plan_options const options = default_options<backend_tag>())
        : transform3d(stream_type(nullptr), inbox, outbox, kinds, comm, options) {}
    //! The same with a stream of the device, of which the host has none.
    transform3d(stream_type stream, box3d<index> const inbox, box3d<index> const outbox, std::array<axis, 3> const kinds,
                MPI_Comm const comm, plan_options const options = default_options<backend_tag>())
        : base(stream, detail::make_spec<backend_tag>(inbox, outbox, kinds, options), comm) {}

    using base::backward;
    using base::forward;

    //! Transforms a container of at least size_inbox() elements to one of at least size_outbox(), which keeps its size.
    template <typename input_type, typename output_type>
    void forward(buffer_container<input_type> const &input, buffer_container<output_type> &output, scale scaling = scale::none) const {
        static_assert(detail::pairs_of_some_kinds<input_type, output_type>::value, "forward() cannot go from this type to that");
        this->transform(direction::forward, input, output, scaling);
    }
    //! The reverse: from at least size_outbox() elements to at least size_inbox().
    template <typename input_type, typename output_type>
    void backward(buffer_container<input_type> const &input, buffer_container<output_type> &output, scale scaling = scale::none) const {
        static_assert(detail::pairs_of_some_kinds<output_type, input_type>::value, "backward() cannot go from this type to that");
        this->transform(direction::backward, input, output, scaling);
    }
    //! Returns the transform, of size_outbox() elements of the type that the caller names: `plan.forward<double>(input)`.
    template <typename output_type, typename input_type>
    buffer_container<output_type> forward(buffer_container<input_type> const &input, scale scaling = scale::none) const {
        static_assert(detail::pairs_of_some_kinds<input_type, output_type>::value, "forward() cannot go from this type to that");
        return this->template transformed<buffer_container<output_type>>(direction::forward, input, scaling);
    }
    //! The reverse, of size_inbox() elements.
    template <typename output_type, typename input_type>
    buffer_container<output_type> backward(buffer_container<input_type> const &input, scale scaling = scale::none) const {
        static_assert(detail::pairs_of_some_kinds<output_type, input_type>::value, "backward() cannot go from this type to that");
        return this->template transformed<buffer_container<output_type>>(direction::backward, input, scaling);
    }
};

//! Makes a plan, with the index of its boxes.
template <typename backend_tag, typename index>
inline transform3d<backend_tag, index> make_transform3d(box3d<index> const inbox, box3d<index> const outbox,
                                                        std::array<axis, 3> const kinds, MPI_Comm const comm,
                                                        plan_options const options = default_options<backend_tag>()) {
    return transform3d<backend_tag, index>(inbox, outbox, kinds, comm, options);
}

} // namespace heffte

#endif
