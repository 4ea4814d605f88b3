// heFFTe itself, through its public interface: all combinations of its options, or those that are named.
//
// Options are "all", or names joined by commas: backend:algorithm:decomposition:order, as in fftw:p2p_plined:slabs:reorder.
#include "peer_mpi.h"

#include <heffte.h>

#include <complex>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

static const std::pair<const char *, heffte::reshape_algorithm> ALGORITHMS[] = {
    {"a2av", heffte::reshape_algorithm::alltoallv},
    {"a2a", heffte::reshape_algorithm::alltoall},
    {"p2p", heffte::reshape_algorithm::p2p},
    {"p2p_plined", heffte::reshape_algorithm::p2p_plined},
};

static std::array<int, 3> grid(const peer_problem &p, heffte::box3d<> const &world) {
    const std::string shape = p.shape;
    if (shape == "slab") return {1, 1, peer_ranks()};
    if (shape == "brick") return heffte::proc_setup_min_surface(world, peer_ranks());
    std::array<int, 2> parts = heffte::make_procgrid(peer_ranks());
    return {1, parts[0], parts[1]};
}

static peer_complex number(double value) { return {value, 0}; }
template <class T> static peer_complex number(std::complex<T> value) { return {value.real(), value.imag()}; }
template <class T> static void assign(T &target, peer_complex value) { target = T(value.re); }
template <class T> static void assign(std::complex<T> &target, peer_complex value) {
    target = std::complex<T>(T(value.re), T(value.im));
}

// Calls visit(element number, x, y, z) for the points of a box, in the order of its elements.
template <class Visit> static void visit_points(heffte::box3d<> const &box, Visit visit) {
    size_t at = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++) visit(at++, x, y, z);
}

// The input, which is the same whatever the options: making it takes longer than a transform.
template <class In> static std::vector<In> const &input(const peer_problem &p, heffte::box3d<> const &box) {
    static std::vector<In> in;
    if (in.empty()) {
        in.resize(box.count());
        visit_points(box, [&](size_t at, int x, int y, int z) { assign(in[at], peer_input(&p, x, y, z)); });
    }
    return in;
}

template <class In, class Out, class Plan>
static void measure(const peer_problem &p, Plan const &plan, const std::string &options) {
    std::vector<In> const &in = input<In>(p, plan.inbox());
    std::vector<In> back(plan.size_inbox());
    std::vector<Out> out(plan.size_outbox()), workspace(plan.size_workspace());

    std::vector<double> seconds(p.calls);
    for (int call = -1; call < p.calls; call++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double begin = MPI_Wtime();
        plan.forward(in.data(), out.data(), workspace.data());
        plan.backward(out.data(), back.data(), workspace.data());
        if (call >= 0) seconds[call] = (MPI_Wtime() - begin) / 2;
    }
    peer_maximum(seconds.data(), p.calls);
    double memory = peer_peak_memory();
    peer_maximum(&memory, 1);

    double sums[4] = {0, 0, 0, 0}, scale = 1 / peer_count(&p);
    if (p.check) {
        // A transform may use the array that it reads: what is checked is made anew.
        plan.forward(in.data(), out.data(), workspace.data());
        visit_points(plan.outbox(), [&](size_t at, int x, int y, int z) {
            peer_complex found = number(out[at]);
            peer_add(sums, found.re, found.im, peer_spectrum(&p, x, y, z));
        });
        visit_points(plan.inbox(), [&](size_t at, int x, int y, int z) {
            peer_complex found = number(back[at]);
            peer_add(sums + 2, found.re * scale, found.im * scale, peer_input(&p, x, y, z));
        });
        peer_sum(sums, 4);
    }
    double errors[2] = {peer_error(sums), peer_error(sums + 2)};
    std::ostringstream version;
    version << Heffte_VERSION_MAJOR << '.' << Heffte_VERSION_MINOR << '.' << Heffte_VERSION_PATCH << ", " << peer_mpi_version();
    if (peer_rank() == 0)
        peer_print(&p, "heffte", options.c_str(), version.str().c_str(), seconds.data(), errors, memory);
}

template <class Tag, class Real>
static void run(const peer_problem &p, heffte::plan_options const &options, const std::string &name) {
    heffte::box3d<> world({0, 0, 0}, {int(p.size[0]) - 1, int(p.size[1]) - 1, int(p.size[2]) - 1});
    std::array<int, 3> parts = grid(p, world);
    heffte::box3d<> inbox = heffte::split_world(world, parts)[peer_rank()];
    if (p.is_real) {
        heffte::box3d<> outbox = heffte::split_world(world.r2c(0), parts)[peer_rank()];
        heffte::fft3d_r2c<Tag> plan(inbox, outbox, 0, MPI_COMM_WORLD, options);
        measure<Real, std::complex<Real>>(p, plan, name);
    } else {
        heffte::fft3d<Tag> plan(inbox, inbox, MPI_COMM_WORLD, options);
        measure<std::complex<Real>, std::complex<Real>>(p, plan, name);
    }
}

static bool is_wanted(const peer_problem &p, const std::string &name) {
    const std::string all = p.options;
    return all == "all" || ("," + all + ",").find("," + name + ",") != std::string::npos;
}

template <class Tag> static typename std::enable_if<heffte::backend::is_enabled<Tag>::value>::type
run_backend(const peer_problem &p, const std::string &backend) {
    for (auto const &algorithm : ALGORITHMS)
        for (bool pencils : {true, false})
            for (bool reorder : {true, false}) {
                std::string name = backend + ":" + algorithm.first + (pencils ? ":pencils" : ":slabs") +
                                   (reorder ? ":reorder" : ":strided");
                if (!is_wanted(p, name)) continue;
                heffte::plan_options options(reorder, algorithm.second, pencils);
                if (p.is_double)
                    run<Tag, double>(p, options, name);
                else
                    run<Tag, float>(p, options, name);
            }
}

template <class Tag> static typename std::enable_if<!heffte::backend::is_enabled<Tag>::value>::type
run_backend(const peer_problem &, const std::string &) {}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    peer_problem p = peer_read(argc, argv);
    run_backend<heffte::backend::stock>(p, "stock");
    run_backend<heffte::backend::fftw>(p, "fftw");
    run_backend<heffte::backend::mkl>(p, "mkl");
    MPI_Finalize();
    return 0;
}
