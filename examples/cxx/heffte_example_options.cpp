// Options of plans: a field is shifted by a fraction of the distance between points, in several ways, which differ in how data
// travels and never in the result.
//
//     mpiexec -n 4 heffte_example_options
#include <heffte.h>

#include <cmath>

typedef std::complex<double> complex;
typedef heffte::backend::default_backend<heffte::tag::cpu>::type backend_tag;

static int const POINTS = 32;
static std::array<double, 3> const SHIFT = {{0.1, 0.02, -0.3}};

// Calls `visit(index, x, y, z)` for each point of a box, in the order of memory.
template <typename function> static void for_each_point(heffte::box3d<> const &box, function visit) {
    std::size_t i = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++)
                visit(i++, x, y, z);
}

static double field(double x, double y, double z) { return std::exp(std::sin(x) + std::cos(y) * std::sin(z) - 2.0); }
static double angle(int j) { return 2.0 * std::acos(-1.0) * j / POINTS; }
// The wave number of an element; the wave of POINTS / 2 cannot tell left from right, and is in this field not to be seen.
static double wave(int k) { return k < POINTS / 2 ? k : k == POINTS / 2 ? 0 : k - POINTS; }

// The greatest error of the shifted field. Collective.
static double error_by(heffte::plan_options const &options, MPI_Comm comm) {
    std::size_t const me = static_cast<std::size_t>(heffte::mpi::comm_rank(comm));
    int const ranks = heffte::mpi::comm_size(comm);
    heffte::box3d<> const world({0, 0, 0}, {POINTS - 1, POINTS - 1, POINTS - 1});
    heffte::box3d<> const inbox = heffte::split_world(world, heffte::proc_setup_min_surface(world, ranks))[me];
    heffte::box3d<> const outbox = heffte::split_world(world, {{ranks, 1, 1}})[me];
    heffte::fft3d<backend_tag> const plan(inbox, outbox, comm, options);

    std::vector<complex> before(static_cast<std::size_t>(plan.size_inbox())), after(before.size());
    std::vector<complex> spectrum(static_cast<std::size_t>(plan.size_outbox())), workspace(plan.size_workspace());
    for_each_point(inbox, [&](std::size_t i, int x, int y, int z) { before[i] = field(angle(x), angle(y), angle(z)); });

    plan.forward(before.data(), spectrum.data(), workspace.data(), heffte::scale::full);
    for_each_point(outbox, [&](std::size_t i, int x, int y, int z) {
        spectrum[i] *= std::polar(1.0, -wave(x) * SHIFT[0] - wave(y) * SHIFT[1] - wave(z) * SHIFT[2]);
    });
    plan.backward(spectrum.data(), after.data(), workspace.data());

    double error = 0.0, worst = 0.0;
    for_each_point(inbox, [&](std::size_t i, int x, int y, int z) {
        double const exact = field(angle(x) - SHIFT[0], angle(y) - SHIFT[1], angle(z) - SHIFT[2]);
        error = std::max(error, std::abs(after[i] - exact));
    });
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

// The ways to try.
static std::vector<std::pair<std::string, heffte::plan_options>> ways(int me, int ranks) {
    heffte::plan_options const defaults = heffte::default_options<backend_tag>();
    std::vector<std::pair<std::string, heffte::plan_options>> result;
    result.emplace_back("the defaults", defaults);
    result.emplace_back("planes at a time", heffte::plan_options(true, heffte::reshape_algorithm::p2p, false));
    result.emplace_back("as the lines lie", heffte::plan_options(false, heffte::reshape_algorithm::p2p_plined, true));
    heffte::plan_options options = defaults;
    options.algorithm = heffte::reshape_algorithm::alltoall;
    options.use_num_subranks((ranks + 1) / 2);
    result.emplace_back("half of the ranks between the boxes", options);

    // Every second rank; the communicator is needed no longer than this.
    MPI_Comm part;
    MPI_Comm_split(MPI_COMM_WORLD, me % 2 == 0 ? 0 : MPI_UNDEFINED, me, &part);
    options = defaults;
    options.use_subcomm(part);
    result.emplace_back("every second rank between the boxes", options);
    if (part != MPI_COMM_NULL)
        MPI_Comm_free(&part);
    return result;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 0;
    try {
        int const me = heffte::mpi::world_rank(), ranks = heffte::mpi::comm_size(MPI_COMM_WORLD);
        for (auto const &way : ways(me, ranks)) {
            double const error = error_by(way.second, MPI_COMM_WORLD);
            if (me == 0)
                std::cout << way.first << ": " << way.second << "\n    error " << error << std::endl;
            status |= error < 1e-13 ? 0 : 1;
        }
    } catch (std::exception const &e) {
        // All ranks have the same.
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
        status = 1;
    }
    MPI_Finalize();
    return status;
}
