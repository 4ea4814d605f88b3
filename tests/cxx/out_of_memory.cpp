// ranks: 1 2 4
// A rank that has no memory for a result is an exception on all, and nobody waits.
#include "check.hpp"

#include <cstdlib>
#include <new>

// The size of an array for which there is no memory on this rank.
static std::size_t forbidden = 0;

void *operator new(std::size_t size) {
    void *const memory = size == forbidden ? nullptr : std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

// What a call says that cannot have `bytes` on the last rank.
template <typename call_type> static std::string without(std::size_t bytes, call_type call) {
    forbidden = me == ranks - 1 ? bytes : 0;
    std::string text = "nothing was thrown";
    try {
        call();
    } catch (std::runtime_error const &e) {
        text = e.what();
    }
    forbidden = 0;
    return text;
}

static void a_rank_without_memory_is_an_exception_on_all() {
    auto const boxes = heffte::split_world(heffte::box3d<>({0, 0, 0}, {6, 10, 12}), {{1, 1, ranks}});
    heffte::box3d<> const box = boxes[static_cast<std::size_t>(me)];
    heffte::fft3d<heffte::backend::stock> const plan(box, box, MPI_COMM_WORLD);
    std::vector<double> const field(static_cast<std::size_t>(plan.size_inbox()), 1.0);
    std::size_t const bytes = sizeof(std::complex<double>) * static_cast<std::size_t>(boxes.back().count());
    std::string const expected =
        "rank " + std::to_string(ranks - 1) + ": could not allocate " + std::to_string(bytes) + " bytes for the output";
    std::string const text = without(bytes, [&] { plan.forward(field); });
    CHECK(text.find(expected) != std::string::npos);
    // The plan works on.
    std::vector<std::complex<double>> const spectrum = plan.forward(field);
    CHECK(me > 0 || std::abs(spectrum[0] - 7.0 * 11.0 * 13.0) < 1e-9);
    std::string const backward = without(bytes, [&] { plan.backward(spectrum); });
    CHECK(backward.find(expected) != std::string::npos);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(a_rank_without_memory_is_an_exception_on_all);
    return check_end();
}
