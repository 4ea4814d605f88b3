// ranks: 1
// What the C++ interface adds to a transform: no allocation, and hardly any time.
#include "check.hpp"

#include <chrono>
#include <cstdlib>
#include <new>

// Handles of the C interface, whose header is for C.
extern "C" {
typedef struct heffte_fft_plan_of_c *heffte_plan;
heffte_plan plan_from_c(int n);
void forward_from_c(heffte_plan plan, void const *input, void *output, void *workspace);
int heffte_plan_destroy(heffte_plan plan);
}

static long allocations = 0;

void *operator new(std::size_t size) {
    allocations++;
    if (void *memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

typedef std::complex<double> cdouble;

enum { N = 2, POINTS = N * N * N };

// The plans and arrays of one tiny problem, for both interfaces.
struct problem {
    heffte::box3d<> const box = {{0, 0, 0}, {N - 1, N - 1, N - 1}};
    heffte::fft3d<heffte::backend::stock> const plan{box, box, MPI_COMM_SELF};
    heffte_plan const c_plan = plan_from_c(N);
    std::vector<cdouble> input = std::vector<cdouble>(POINTS, 1.0), output = std::vector<cdouble>(POINTS),
                         workspace = std::vector<cdouble>(plan.size_workspace());
    ~problem() { heffte_plan_destroy(c_plan); }
};

static void calls_allocate_nothing() {
    problem p;
    p.plan.forward(p.input.data(), p.output.data());
    long const before = allocations;
    p.plan.forward(p.input.data(), p.output.data());
    p.plan.forward(p.input.data(), p.output.data(), p.workspace.data(), heffte::scale::full);
    p.plan.backward(1, p.output.data(), p.input.data(), p.workspace.data());
    p.plan.backward(p.output.data(), p.input.data());
    CHECK(allocations == before);
}

static void containers_are_allocated_once() {
    problem p;
    long const before = allocations;
    std::vector<cdouble> const output = p.plan.forward(p.input);
    CHECK(allocations == before + 1 && output.size() == POINTS);
}

// Seconds of one call, averaged over a few.
template <typename call_type> static double seconds(call_type call) {
    int const calls = 200;
    auto const begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; i++)
        call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / calls;
}

static double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

static void a_call_costs_what_it_costs_from_c() {
    problem p;
    std::vector<double> c, cxx;
    for (int round = 0; round < 101; round++) {
        c.push_back(seconds([&] { forward_from_c(p.c_plan, p.input.data(), p.output.data(), p.workspace.data()); }));
        cxx.push_back(seconds([&] { p.plan.forward(p.input.data(), p.output.data(), p.workspace.data()); }));
    }
    std::cout << "from C " << median(c) * 1e9 << " ns, from C++ " << median(cxx) * 1e9 << " ns" << std::endl;
    CHECK(median(cxx) < median(c) + 2e-6);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(calls_allocate_nothing);
    RUN(containers_are_allocated_once);
    RUN(a_call_costs_what_it_costs_from_c);
    return check_end();
}
