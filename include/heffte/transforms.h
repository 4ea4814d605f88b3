// What fft3d, fft3d_r2c and transform3d have in common: what a plan tells about itself, and transforms of arrays.
#ifndef HEFFTE_TRANSFORMS_H
#define HEFFTE_TRANSFORMS_H

#include "heffte/backend_traits.h"
#include "heffte/plan.h"

namespace heffte {
namespace detail {

//! A type that takes no part in deducing the others.
template <typename scalar_type> struct not_deduced { typedef scalar_type type; };

//! A plan and its transforms. `pairs<input, output>` says which types it takes, forward.
/*!
 * A transform is collective over the communicator of the plan, and the same on all ranks: direction, types, batch and
 * scale. What is wrong on any rank is an exception on all, and all arrays are then as they were.
 *
 * With a backend of devices all arrays are in the memory of the plan's device, that of the thread which made it. A transform returns when
 * its work is queued in the plan's stream: synchronize_device() waits for the result.
 */
template <typename backend_tag, typename index, template <typename, typename> class pairs>
class transforms : public backend::device_instance<typename place_of<backend_tag>::type> {
    typedef backend::device_instance<typename place_of<backend_tag>::type> device_type;
    static_assert(facts<backend_tag>::is_backend, "the first argument is the tag of a backend, such as heffte::backend::stock");
    static_assert(backend::is_enabled<backend_tag>::value || !facts<backend_tag>::is_backend,
                  "this backend is not in this build of heFFTe: rebuild with it enabled, or choose another, such as "
                  "heffte::backend::default_backend<heffte::tag::cpu>::type");

  public:
    //! Where arrays lie.
    typedef typename backend::buffer_traits<backend_tag>::location location_tag;
    //! The backend.
    typedef backend_tag backend_executor;
    //! A stream of the device: cudaStream_t, hipStream_t, or void * for the host, which has none.
    typedef typename device_type::stream_type stream_type;
    //! A container of arrays.
    template <typename scalar_type>
    using buffer_container = typename backend::buffer_traits<backend_tag>::template container<scalar_type>;
    //! A container of the real counterpart.
    template <typename scalar_type>
    using real_buffer_container = buffer_container<typename transform_real_type<scalar_type, backend_tag>::type>;
    //! A container of the result's type.
    template <typename scalar_type>
    using output_buffer_container = buffer_container<typename transform_output<scalar_type, backend_tag>::type>;

    //! Elements of this rank's inbox.
    long long size_inbox() const { return owned.sizes().inbox; }
    //! Elements of this rank's outbox.
    long long size_outbox() const { return owned.sizes().outbox; }
    //! This rank's part of the input of a forward transform.
    box3d<index> inbox() const { return from_abi<index>(boxes[0]); }
    //! This rank's part of its output.
    box3d<index> outbox() const { return from_abi<index>(boxes[1]); }
    //! Elements of the type that a transform works in, complex for Fourier transforms, that a workspace must have for each
    //! transform of a batch. The same while the plan lives.
    std::size_t size_workspace() const { return static_cast<std::size_t>(owned.sizes().workspace); }
    //! The part of it that holds messages.
    std::size_t size_comm_buffers() const { return static_cast<std::size_t>(owned.sizes().comm_buffers); }
    //! The factor that a transform applies to its result.
    double get_scale_factor(scale scaling) const { return owned.scale_factor(scaling); }
    //! What the plan does, in a few lines.
    std::string description() const { return owned.description(); }

    //! Transforms `input`, this rank's inbox, to `output`, its outbox. They may be one array that has room for both boxes,
    //! where they have one type.
    template <typename input_type, typename output_type>
    void forward(input_type const input[], output_type output[], scale scaling = scale::none) const {
        forward(1, input, output, nullptr, scaling);
    }
    //! The same with a workspace of size_workspace() elements, which overlaps neither array; null for one of the plan's own.
    template <typename input_type, typename output_type>
    void forward(input_type const input[], output_type output[],
                 typename not_deduced<output_type>::type workspace[], scale scaling = scale::none) const {
        forward(1, input, output, workspace, scaling);
    }
    //! A batch of transforms, whose boxes follow each other in the arrays, and a workspace for each.
    template <typename input_type, typename output_type>
    void forward(int const batch_size, input_type const input[], output_type output[],
                 typename not_deduced<output_type>::type workspace[], scale scaling = scale::none) const {
        static_assert(pairs<input_type, output_type>::value,
                      "forward() goes from float or double to complex numbers of the same precision; with fft3d also from "
                      "complex numbers to the same type, and with the backends of cosines and sines from real ones");
        execute(direction::forward, batch_size, array_to_abi(input), array_to_abi(output), array_to_abi(workspace), scaling);
    }
    //! The same with a workspace of the plan's own.
    template <typename input_type, typename output_type>
    void forward(int const batch_size, input_type const input[], output_type output[],
                 scale scaling = scale::none) const {
        forward(batch_size, input, output, nullptr, scaling);
    }

    //! Transforms `input`, this rank's outbox, to `output`, its inbox: the reverse of forward().
    template <typename input_type, typename output_type>
    void backward(input_type const input[], output_type output[], scale scaling = scale::none) const {
        backward(1, input, output, nullptr, scaling);
    }
    //! The same with a workspace as for forward(), which has elements of the input's type.
    template <typename input_type, typename output_type>
    void backward(input_type const input[], output_type output[],
                  typename not_deduced<input_type>::type workspace[], scale scaling = scale::none) const {
        backward(1, input, output, workspace, scaling);
    }
    //! A batch, as for forward().
    template <typename input_type, typename output_type>
    void backward(int const batch_size, input_type const input[], output_type output[],
                  typename not_deduced<input_type>::type workspace[], scale scaling = scale::none) const {
        static_assert(pairs<output_type, input_type>::value,
                      "backward() goes from complex numbers to float or double of the same precision; with fft3d also to "
                      "the same type, and with the backends of cosines and sines from real numbers");
        execute(direction::backward, batch_size, array_to_abi(input), array_to_abi(output), array_to_abi(workspace), scaling);
    }
    //! The same with a workspace of the plan's own.
    template <typename input_type, typename output_type>
    void backward(int const batch_size, input_type const input[], output_type output[],
                  scale scaling = scale::none) const {
        backward(batch_size, input, output, nullptr, scaling);
    }

  protected:
    transforms(stream_type stream, heffte_abi_spec const &spec, MPI_Comm const comm)
        : device_type(stream), owned(spec, comm), boxes{{spec.inbox, spec.outbox}} {
        this->works_on(owned.device());
    }

    //! One transform of containers, whose lengths are checked on all ranks.
    template <typename input_container, typename output_container>
    void transform(direction way, input_container const &input, output_container &output, scale scaling) const {
        typedef typename output_container::value_type output_type;
        execute(way, 1, whole_to_abi(input), whole_to_abi(output), array_to_abi<output_type>(nullptr), scaling);
    }
    //! The same to a new container. A rank without memory for it is an exception on all.
    template <typename container_type, typename input_container>
    container_type transformed(direction way, input_container const &input, scale scaling) const {
        typedef typename container_type::value_type output_type;
        std::size_t const count = static_cast<std::size_t>(way == direction::forward ? size_outbox() : size_inbox());
        container_type output;
        std::size_t missing = 0;
        try {
            give_length(output, static_cast<device_type const &>(*this), count);
        } catch (std::exception const &) {
            missing = count * sizeof(output_type);
        }
        execute(way, 1, whole_to_abi(input), whole_to_abi(output), array_to_abi<output_type>(nullptr), scaling, missing);
        return output;
    }

  private:
    void execute(direction way, int batch_size, heffte_abi_array const &input, heffte_abi_array const &output,
                 heffte_abi_array const &workspace, scale scaling, std::size_t missing = 0) const {
        heffte_abi_call const call = {sizeof(heffte_abi_call), way == direction::backward, batch_size,
                                      static_cast<int>(scaling), input, output, workspace, missing, this->stream()};
        check(heffte_abi_execute(owned.get(), &call));
    }

    plan owned;
    std::array<heffte_abi_box, 2> boxes;
};

//! Writes what a plan does, in a few lines.
template <typename backend_tag, typename index, template <typename, typename> class pairs>
inline std::ostream &operator<<(std::ostream &os, transforms<backend_tag, index, pairs> const &plan) {
    return os << plan.description();
}

//! A box from integers in a row, as Fortran has them: low corner, high corner, order.
template <typename index>
inline box3d<index> box_of(int l0, int l1, int l2, int h0, int h1, int h2, int o0 = 0, int o1 = 1, int o2 = 2) {
    return box3d<index>(std::array<index, 3>{{l0, l1, l2}}, std::array<index, 3>{{h0, h1, h2}},
                        std::array<int, 3>{{o0, o1, o2}});
}

} // namespace detail
} // namespace heffte

#endif
