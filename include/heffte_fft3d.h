// Fourier transforms of complex data, or of real data with the full spectrum, and cosine and sine transforms.
#ifndef HEFFTE_FFT3D_H
#define HEFFTE_FFT3D_H

#include "heffte_backends.h"
#include "heffte_common.h"
#include "heffte_compute_transform.h"
#include "heffte_geometry.h"
#include "heffte_plan_logic.h"
#include "heffte_trace.h"
#include "heffte_utils.h"

namespace heffte {

namespace detail {
//! The types that a backend takes, forward.
template <typename backend_tag> struct types_of {
    template <typename input_type, typename output_type>
    using all = backend::check_types<backend_tag, input_type, output_type>;
};
} // namespace detail

//! A plan for transforms in three dimensions, from boxes that fill a world on all ranks to other boxes that fill it.
/*!
 * It can be moved, not copied. Making one is collective over the communicator, of which the plan keeps a duplicate; what is
 * wrong on any rank is an exception on all: std::invalid_argument where an argument is, else std::runtime_error.
 */
template <typename backend_tag, typename index = int>
class fft3d : public detail::transforms<backend_tag, index, detail::types_of<backend_tag>::template all> {
    typedef detail::transforms<backend_tag, index, detail::types_of<backend_tag>::template all> base;

  public:
    using typename base::stream_type;
    template <typename scalar_type>
    using buffer_container = typename base::template buffer_container<scalar_type>;
    template <typename scalar_type>
    using real_buffer_container = typename base::template real_buffer_container<scalar_type>;
    template <typename scalar_type>
    using output_buffer_container = typename base::template output_buffer_container<scalar_type>;

    //! `inbox` is this rank's part of the input of a forward transform, `outbox` that of its output.
    fft3d(box3d<index> const inbox, box3d<index> const outbox, MPI_Comm const comm,
          plan_options const options = default_options<backend_tag>())
        : fft3d(stream_type(nullptr), inbox, outbox, comm, options) {}
    //! The same with a stream of the device, of which the host has none.
    fft3d(stream_type stream, box3d<index> const inbox, box3d<index> const outbox, MPI_Comm const comm,
          plan_options const options = default_options<backend_tag>())
        : base(stream, detail::make_spec<backend_tag>(inbox, outbox, detail::no_direction, options), comm) {}
    //! The same from integers: corners and orders of both boxes, and options.
    fft3d(int il0, int il1, int il2, int ih0, int ih1, int ih2, int io0, int io1, int io2, int ol0, int ol1, int ol2,
          int oh0, int oh1, int oh2, int oo0, int oo1, int oo2, MPI_Comm const comm, bool use_reorder, int algorithm,
          bool use_pencils)
        : fft3d(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2, io0, io1, io2),
                detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2, oo0, oo1, oo2), comm,
                plan_options(use_reorder, static_cast<reshape_algorithm>(algorithm), use_pencils)) {}
    //! The same with the default options.
    fft3d(int il0, int il1, int il2, int ih0, int ih1, int ih2, int io0, int io1, int io2, int ol0, int ol1, int ol2,
          int oh0, int oh1, int oh2, int oo0, int oo1, int oo2, MPI_Comm const comm)
        : fft3d(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2, io0, io1, io2),
                detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2, oo0, oo1, oo2), comm) {}
    //! The same in the default order.
    fft3d(int il0, int il1, int il2, int ih0, int ih1, int ih2, int ol0, int ol1, int ol2, int oh0, int oh1, int oh2,
          MPI_Comm const comm)
        : fft3d(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2),
                detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2), comm) {}

    using base::backward;
    using base::forward;

    //! The transform of a container of at least size_inbox() elements; the result has size_outbox().
    template <typename scalar_type>
    output_buffer_container<scalar_type> forward(buffer_container<scalar_type> const &input,
                                                 scale scaling = scale::none) const {
        static_assert(backend::check_types<backend_tag, scalar_type,
                                           typename transform_output<scalar_type, backend_tag>::type>::value,
                      "forward() takes containers of float, double or complex numbers of these; of real ones for cosine and sine "
                      "transforms");
        return this->template transformed<output_buffer_container<scalar_type>>(direction::forward, input, scaling);
    }
    //! The reverse: from at least size_outbox() elements to size_inbox() of the same type.
    template <typename scalar_type>
    buffer_container<scalar_type> backward(buffer_container<scalar_type> const &input,
                                           scale scaling = scale::none) const {
        static_assert(backend::check_types<backend_tag, scalar_type, scalar_type>::value,
                      "backward() takes containers of complex elements, or of real ones for cosine and sine transforms");
        return this->template transformed<buffer_container<scalar_type>>(direction::backward, input, scaling);
    }
    //! The same, keeping the real part.
    template <typename scalar_type>
    real_buffer_container<scalar_type> backward_real(buffer_container<scalar_type> const &input,
                                                     scale scaling = scale::none) const {
        static_assert(backend::check_types<backend_tag, scalar_type, scalar_type>::value,
                      "backward_real() takes containers of complex elements, or of real ones for cosine and sine transforms");
        return this->template transformed<real_buffer_container<scalar_type>>(direction::backward, input, scaling);
    }
};

//! A transform in two dimensions is one of boxes with one point in the third.
template <typename backend_tag, typename index = int> using fft2d = fft3d<backend_tag, index>;

//! A cosine or sine transform; which of them, the backend says. Input, output and workspace are float or double.
/*!
 * scale::full is 1 / (8 N0 N1 N2) for backends of FFTW; for all others, whose backward transforms are twice as large along each
 * axis, it is 1 / (64 N0 N1 N2). Transforms of type I have N - 1 (cosine) or N + 1 (sine) in place of N.
 */
template <typename backend_tag, typename index = int> using rtransform = fft3d<backend_tag, index>;

//! Makes a plan, with the index of its boxes.
template <typename backend_tag, typename index>
inline fft3d<backend_tag, index> make_fft3d(box3d<index> const inbox, box3d<index> const outbox, MPI_Comm const comm,
                                            plan_options const options = default_options<backend_tag>()) {
    return fft3d<backend_tag, index>(inbox, outbox, comm, options);
}

} // namespace heffte

#endif
