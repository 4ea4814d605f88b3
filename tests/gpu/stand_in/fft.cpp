// Transforms, computed by FFTW.
#include "parts.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sstream>

namespace stand_in {

// The numbers of both vendors.
enum Type { C2C = 0x29, R2C = 0x2a, C2R = 0x2c, Z2Z = 0x69, D2Z = 0x6a, Z2D = 0x6c };

static bool is_double(int type) { return type & 0x40; }
static bool reads_real(int type) { return type == R2C || type == D2Z; }
static bool writes_real(int type) { return type == C2R || type == Z2D; }

/// A loop: how often, and how far apart what is read and written lies, as FFTW has it.
struct Loop {
    ptrdiff_t count, in, out;
};

struct Fftw {
    void *(*complex)(int, const Loop *, int, const Loop *, void *, void *, int, unsigned);
    void *(*from_real)(int, const Loop *, int, const Loop *, void *, void *, unsigned);
    void *(*to_real)(int, const Loop *, int, const Loop *, void *, void *, unsigned);
    void (*execute)(void *);
    void (*destroy)(void *);
    bool is_there = false;
};
constexpr unsigned ESTIMATE = 1u << 6;

static void *open_library(const std::string &name) {
    const char *places = std::getenv("HEFFTE_FFTW_LIBRARIES");
    std::istringstream list(places ? places : "");
    for (std::string place; std::getline(list, place, ':');)
        if (void *library = dlopen((place + "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
}

static Fftw load_fftw(const std::string &letter) {
    Fftw fftw;
    void *library = open_library("libfftw3" + letter + ".so.3");
    if (!library) {
        std::fprintf(stderr, "stand-in: %s; HEFFTE_FFTW_LIBRARIES names its directory\n", dlerror());
        return fftw;
    }
    fftw.is_there = true;
    auto find = [&](auto &function, const char *name) {
        void *found = dlsym(library, ("fftw" + letter + "_" + name).c_str());
        fftw.is_there &= found != nullptr;
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
    };
    find(fftw.complex, "plan_guru64_dft");
    find(fftw.from_real, "plan_guru64_dft_r2c");
    find(fftw.to_real, "plan_guru64_dft_c2r");
    find(fftw.execute, "execute");
    find(fftw.destroy, "destroy_plan");
    return fftw;
}

static const Fftw &fftw(int type) {
    static const Fftw single = load_fftw("f"), twice = load_fftw("");
    return is_double(type) ? twice : single;
}

/// Where the elements of one side of a transform lie.
struct Layout {
    std::vector<long long> lengths, strides;
    long long batch, distance;
    size_t element;

    /// How many bytes from the first element to the end of the last.
    size_t extent() const {
        long long last = (batch - 1) * distance;
        for (size_t i = 0; i < lengths.size(); i++) last += (lengths[i] - 1) * strides[i];
        return (size_t(last) + 1) * element;
    }

    /// Calls `visit` with the offset of each element.
    void each(const std::function<void(size_t)> &visit) const {
        std::vector<long long> lengths = this->lengths, strides = this->strides;
        lengths.push_back(batch);
        strides.push_back(distance);
        size_t total = 1;
        for (long long length : lengths) total *= size_t(length);
        for (size_t i = 0; i < total; i++) {
            size_t rest = i, offset = 0;
            for (size_t a = 0; a < lengths.size(); a++) {
                offset += rest % size_t(lengths[a]) * size_t(strides[a]);
                rest /= size_t(lengths[a]);
            }
            visit(offset * element);
        }
    }
};

struct FftPlan {
    int device, type = 0;
    std::vector<long long> lengths;
    long long batch = 0;
    /// What the caller said of the sides; nothing where they are dense.
    std::vector<long long> embed_in, embed_out;
    Side64 in{}, out{};
    bool is_automatic = true;
    size_t work_size = 0;
    Address area = 0;
    uint64_t stream = 0;

    Layout layout(bool is_input, bool in_place) const {
        bool real = is_input ? reads_real(type) : writes_real(type), half = !real && type != C2C && type != Z2Z;
        Layout layout{lengths, std::vector<long long>(lengths.size()), batch, 0, (is_double(type) ? 8u : 4u) * (real ? 1u : 2u)};
        if (half) layout.lengths.back() = lengths.back() / 2 + 1;
        const Side64 &side = is_input ? in : out;
        std::vector<long long> embed = is_input ? embed_in : embed_out;
        bool is_dense = embed.empty();
        if (is_dense) embed = layout.lengths;
        // In place, dense real lines have room for their spectra.
        if (is_dense && real && in_place) embed.back() = 2 * (lengths.back() / 2 + 1);
        long long stride = is_dense ? 1 : side.stride;
        for (size_t i = lengths.size(); i-- > 0;) {
            layout.strides[i] = stride;
            stride *= embed[i];
        }
        layout.distance = is_dense ? stride : side.distance;
        return layout;
    }
};

static Handles<FftPlan> &plans() {
    static auto &all = *new Handles<FftPlan>(PLANS);
    return all;
}

FftResult create_plan(uint64_t *plan) {
    auto made = std::make_shared<FftPlan>();
    made->device = current_device();
    *plan = plans().add(made);
    return FFT_SUCCESS;
}

FftResult destroy_plan(uint64_t plan) {
    if (!plans().find(plan)) return FFT_INVALID_PLAN;
    finish_all_work();
    plans().remove(plan);
    return FFT_SUCCESS;
}

FftResult set_auto_allocation(uint64_t plan, int automatic) {
    auto found = plans().find(plan);
    if (!found || found->type) return FFT_INVALID_PLAN;
    found->is_automatic = automatic != 0;
    return FFT_SUCCESS;
}

static bool is_type(int type) {
    return type == C2C || type == Z2Z || reads_real(type) || writes_real(type);
}

FftResult make_plan(uint64_t plan, int rank, const long long *lengths, Side64 in, Side64 out, int type, long long batch,
                    size_t *work_size) {
    auto found = plans().find(plan);
    if (!found || found->type || found->device != current_device()) return FFT_INVALID_PLAN;
    if (!is_type(type)) return FFT_INVALID_TYPE;
    if (rank < 1 || rank > 3 || !lengths || !work_size) return FFT_INVALID_VALUE;
    if (batch < 1) return FFT_INVALID_SIZE;
    found->lengths.assign(lengths, lengths + rank);
    size_t bytes = size_t(batch) * (is_double(type) ? 16 : 8);
    for (long long length : found->lengths) {
        if (length < 1) return FFT_INVALID_SIZE;
        bytes *= size_t(length);
    }
    // Where one side is dense, the vendors do not look at what is said of the other.
    if (in.embed && out.embed) {
        if (in.stride < 1 || out.stride < 1 || (batch > 1 && (in.distance < 1 || out.distance < 1))) return FFT_INVALID_VALUE;
        found->embed_in.assign(in.embed, in.embed + rank);
        found->embed_out.assign(out.embed, out.embed + rank);
    }
    if (!fftw(type).is_there) return FFT_INTERNAL_ERROR;
    found->type = type;
    found->batch = batch;
    found->in = in;
    found->out = out;
    found->work_size = *work_size = bytes;
    return FFT_SUCCESS;
}

FftResult set_work_area(uint64_t plan, Address area) {
    auto found = plans().find(plan);
    if (!found) return FFT_INVALID_PLAN;
    found->area = area;
    return FFT_SUCCESS;
}

FftResult set_plan_stream(uint64_t plan, uint64_t stream) {
    auto found = plans().find(plan);
    if (!found) return FFT_INVALID_PLAN;
    if (!is_stream_here(stream)) return FFT_INVALID_VALUE;
    found->stream = stream;
    return FFT_SUCCESS;
}

FftResult plan_size(uint64_t plan, size_t *work_size) {
    auto found = plans().find(plan);
    if (!found || !found->type) return FFT_INVALID_PLAN;
    if (!work_size) return FFT_INVALID_VALUE;
    *work_size = found->work_size;
    return FFT_SUCCESS;
}

static void *plan_of(const FftPlan &plan, const Layout &in, const Layout &out, void *from, void *to, int direction) {
    std::vector<Loop> loops;
    for (size_t i = 0; i < plan.lengths.size(); i++) loops.push_back({plan.lengths[i], in.strides[i], out.strides[i]});
    Loop batch{plan.batch, in.distance, out.distance};
    int rank = int(loops.size());
    const Fftw &f = fftw(plan.type);
    if (reads_real(plan.type)) return f.from_real(rank, loops.data(), 1, &batch, from, to, ESTIMATE);
    if (writes_real(plan.type)) return f.to_real(rank, loops.data(), 1, &batch, from, to, ESTIMATE);
    return f.complex(rank, loops.data(), 1, &batch, from, to, direction, ESTIMATE);
}

static void transform(const FftPlan &plan, Address in_address, Address out_address, int direction) {
    Unprotected unprotected;
    bool in_place = in_address == out_address;
    Layout in = plan.layout(true, in_place), out = plan.layout(false, in_place);
    // What is read is copied first, so that FFTW never works in place, nor with what it does to its input.
    char *from = reinterpret_cast<char *>(in_address);
    std::vector<char> input(from, from + in.extent());
    auto spoil = [](void *where, size_t size) { std::memset(where, GARBAGE, size); };
    // The vendors may leave anything there; so may nobody rely on it.
    if (writes_real(plan.type)) in.each([&](size_t offset) { spoil(from + offset, in.element); });
    if (plan.area) spoil(reinterpret_cast<void *>(plan.area), plan.work_size);
    void *made = plan_of(plan, in, out, input.data(), reinterpret_cast<void *>(out_address), direction);
    if (!made) die("FFTW has no plan");
    fftw(plan.type).execute(made);
    fftw(plan.type).destroy(made);
}

FftResult execute(uint64_t handle, int type, Address in, Address out, int direction) {
    auto plan = plans().find(handle);
    if (!plan || !plan->type) return FFT_INVALID_PLAN;
    if (plan->type != type) return FFT_INVALID_TYPE;
    if (direction != -1 && direction != 1) return FFT_INVALID_VALUE;
    if (plan->device != current_device() || !is_stream_here(plan->stream)) return FFT_INVALID_PLAN;
    if (!plan->is_automatic && !plan->area) return FFT_NO_WORKSPACE;
    if (plan->area && !is_on_device(plan->area, plan->work_size)) return FFT_INVALID_VALUE;
    bool in_place = in == out;
    if (!is_on_device(in, plan->layout(true, in_place).extent())) return FFT_INVALID_VALUE;
    if (!is_on_device(out, plan->layout(false, in_place).extent())) return FFT_INVALID_VALUE;
    // As the plan is now: its stream and its area may be others before this runs.
    submit(plan->stream, [copy = *plan, in, out, direction] { transform(copy, in, out, direction); });
    return FFT_SUCCESS;
}

} // namespace stand_in
