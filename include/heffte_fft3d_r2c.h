// Fourier transforms of real data, with the half of the spectrum that says it all.
#ifndef HEFFTE_FFT3D_R2C_H
#define HEFFTE_FFT3D_R2C_H

#include "heffte_fft3d.h"

namespace heffte {

namespace detail {
//! Of the types that a backend takes, those from real to complex.
template <typename backend_tag> struct real_types_of {
    template <typename input_type, typename output_type>
    struct all : std::integral_constant<bool, std::is_floating_point<input_type>::value &&
                                                  backend::check_types<backend_tag, input_type, output_type>::value> {};
};
} // namespace detail

//! A plan for transforms of real data: of the n points along one direction, the spectrum has n / 2 + 1.
/*!
 * The outboxes fill that shorter world, box3d::r2c() of the whole. All else is as for fft3d; input and output are never
 * one array.
 */
template <typename backend_tag, typename index = int>
class fft3d_r2c : public detail::transforms<backend_tag, index, detail::real_types_of<backend_tag>::template all> {
    typedef detail::transforms<backend_tag, index, detail::real_types_of<backend_tag>::template all> base;
    static_assert(!backend::is_enabled<backend_tag>::value || backend::uses_fft_types<backend_tag>::value,
                  "fft3d_r2c is for Fourier transforms: use rtransform for cosine and sine transforms");

  public:
    using typename base::stream_type;
    //! The backend of both kinds of lines.
    typedef backend_tag backend_executor_c2c;
    typedef backend_tag backend_executor_r2c;
    template <typename scalar_type>
    using buffer_container = typename base::template buffer_container<scalar_type>;
    template <typename scalar_type>
    using real_buffer_container = typename base::template real_buffer_container<scalar_type>;
    template <typename scalar_type>
    using output_buffer_container = typename base::template output_buffer_container<scalar_type>;

    //! `r2c_direction` is the dimension that is shortened: 0, 1 or 2.
    fft3d_r2c(box3d<index> const inbox, box3d<index> const outbox, int r2c_direction, MPI_Comm const comm,
              plan_options const options = default_options<backend_tag>())
        : fft3d_r2c(stream_type(nullptr), inbox, outbox, r2c_direction, comm, options) {}
    //! The same with a stream of the device, of which the host has none.
    fft3d_r2c(stream_type stream, box3d<index> const inbox, box3d<index> const outbox, int r2c_direction, MPI_Comm const comm,
              plan_options const options = default_options<backend_tag>())
        : base(stream, detail::make_spec<backend_tag>(inbox, outbox, direction_of(r2c_direction), options), comm) {}
    //! The same from integers: corners and orders of both boxes, and options.
    fft3d_r2c(int il0, int il1, int il2, int ih0, int ih1, int ih2, int io0, int io1, int io2, int ol0, int ol1,
              int ol2, int oh0, int oh1, int oh2, int oo0, int oo1, int oo2, int r2c_direction, MPI_Comm const comm,
              bool use_reorder, int algorithm, bool use_pencils)
        : fft3d_r2c(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2, io0, io1, io2),
                    detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2, oo0, oo1, oo2), r2c_direction, comm,
                    plan_options(use_reorder, static_cast<reshape_algorithm>(algorithm), use_pencils)) {}
    //! The same with the default options.
    fft3d_r2c(int il0, int il1, int il2, int ih0, int ih1, int ih2, int io0, int io1, int io2, int ol0, int ol1,
              int ol2, int oh0, int oh1, int oh2, int oo0, int oo1, int oo2, int r2c_direction, MPI_Comm const comm)
        : fft3d_r2c(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2, io0, io1, io2),
                    detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2, oo0, oo1, oo2), r2c_direction, comm) {}
    //! The same in the default order.
    fft3d_r2c(int il0, int il1, int il2, int ih0, int ih1, int ih2, int ol0, int ol1, int ol2, int oh0, int oh1,
              int oh2, int r2c_direction, MPI_Comm const comm)
        : fft3d_r2c(detail::box_of<index>(il0, il1, il2, ih0, ih1, ih2),
                    detail::box_of<index>(ol0, ol1, ol2, oh0, oh1, oh2), r2c_direction, comm) {}

    using base::backward;
    using base::forward;

    //! The transform of a container of at least size_inbox() real elements; the result has size_outbox() complex ones.
    template <typename scalar_type>
    output_buffer_container<scalar_type> forward(buffer_container<scalar_type> const &input,
                                                 scale scaling = scale::none) const {
        static_assert(std::is_same<scalar_type, float>::value || std::is_same<scalar_type, double>::value,
                      "forward() of fft3d_r2c takes float or double");
        return this->template transformed<output_buffer_container<scalar_type>>(direction::forward, input, scaling);
    }
    //! The reverse: from at least size_outbox() complex elements to size_inbox() real ones.
    template <typename scalar_type>
    real_buffer_container<scalar_type> backward(buffer_container<scalar_type> const &input,
                                                scale scaling = scale::none) const {
        static_assert(is_ccomplex<scalar_type>::value || is_zcomplex<scalar_type>::value,
                      "backward() of fft3d_r2c takes complex elements");
        return this->template transformed<real_buffer_container<scalar_type>>(direction::backward, input, scaling);
    }

  private:
    //! What stands for no direction at all is not one of the three either, so another of that kind does as well.
    static int direction_of(int r2c_direction) {
        return r2c_direction == detail::no_direction ? std::numeric_limits<int>::min() : r2c_direction;
    }
};

//! A transform in two dimensions is one of boxes with one point in the third.
template <typename backend_tag, typename index = int> using fft2d_r2c = fft3d_r2c<backend_tag, index>;

//! Makes a plan, with the index of its boxes.
template <typename backend_tag, typename index>
inline fft3d_r2c<backend_tag, index> make_fft3d_r2c(box3d<index> const inbox, box3d<index> const outbox,
                                                    int r2c_direction, MPI_Comm const comm,
                                                    plan_options const options = default_options<backend_tag>()) {
    return fft3d_r2c<backend_tag, index>(inbox, outbox, r2c_direction, comm, options);
}

} // namespace heffte

#endif
