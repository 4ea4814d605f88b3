// A plan of the library, owned.
#ifndef HEFFTE_PLAN_H
#define HEFFTE_PLAN_H

#include "heffte/box3d.h"
#include "heffte/errors.h"
#include "heffte/element_types.h"
#include "heffte/plan_options.h"

namespace heffte {
namespace detail {

//! The direction of a transform that is not real-to-complex.
constexpr int no_direction = -1;

//! What this rank says about its plan.
template <typename backend_tag, typename index>
inline heffte_abi_spec make_spec(box3d<index> const &inbox, box3d<index> const &outbox, int r2c_direction,
                                 plan_options const &options) {
    typedef facts<backend_tag> backend;
    heffte_abi_spec spec;
    spec.struct_size = sizeof spec;
    spec.backend = backend::number;
    for (int &kind : spec.kinds)
        kind = backend::axis_kind;
    spec.r2c_direction = r2c_direction;
    spec.doubles_backward = backend::doubles_backward;
    spec.inbox = to_abi(inbox);
    spec.outbox = to_abi(outbox);
    spec.has_kinds = 0;
    options.fill(spec);
    return spec;
}

//! The same with a kind of transform for each dimension.
template <typename backend_tag, typename index>
inline heffte_abi_spec make_spec(box3d<index> const &inbox, box3d<index> const &outbox, std::array<axis, 3> const &kinds,
                                 plan_options const &options) {
    heffte_abi_spec spec = make_spec<backend_tag>(inbox, outbox, no_direction, options);
    std::transform(kinds.begin(), kinds.end(), spec.kinds, [](axis kind) { return static_cast<int>(kind); });
    spec.has_kinds = 1;
    return spec;
}

//! A plan, which is freed with this object.
class plan {
  public:
    //! Collective over `comm`; throws on all ranks where anything is wrong on any.
    plan(heffte_abi_spec const &spec, MPI_Comm comm) {
        heffte_abi_plan *made = nullptr;
        check(heffte_abi_create(&spec, comm, &made));
        handle.reset(made);
        check(heffte_abi_get_sizes(made, &sizes_of_plan));
    }

    heffte_abi_plan *get() const noexcept { return handle.get(); }
    heffte_abi_sizes const &sizes() const noexcept { return sizes_of_plan; }

    //! The number of its device; HEFFTE_ABI_CURRENT_DEVICE for the host.
    int device() const {
        int number = HEFFTE_ABI_CURRENT_DEVICE;
        check(heffte_abi_get_device(get(), &number));
        return number;
    }

    double scale_factor(scale scaling) const {
        double factor = 1.0;
        check(heffte_abi_get_scale_factor(get(), static_cast<int>(scaling), &factor));
        return factor;
    }

    std::string description() const {
        std::size_t needed = 0;
        check(heffte_abi_describe(get(), nullptr, 0, &needed));
        std::vector<char> text(needed);
        check(heffte_abi_describe(get(), text.data(), text.size(), &needed));
        return text.data();
    }

  private:
    struct destroy {
        void operator()(heffte_abi_plan *given) const noexcept { heffte_abi_destroy(given); }
    };
    std::unique_ptr<heffte_abi_plan, destroy> handle;
    heffte_abi_sizes sizes_of_plan;
};

//! An array as the library takes it.
template <typename scalar_type>
inline heffte_abi_array array_to_abi(scalar_type const data[], long long length = HEFFTE_ABI_UNKNOWN_LENGTH) {
    // What is only read is not written, although the struct says so of none.
    void *const begin = const_cast<void *>(static_cast<void const *>(data));
    return heffte_abi_array{begin, length, element<scalar_type>::code};
}

//! A container as the library takes it, with its length.
template <typename container_type> inline heffte_abi_array whole_to_abi(container_type const &container) {
    return array_to_abi(container.data(), static_cast<long long>(container.size()));
}

} // namespace detail
} // namespace heffte

#endif
