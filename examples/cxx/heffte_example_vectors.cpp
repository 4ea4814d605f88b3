// Transforms of std::vector: a quantum particle flies freely, as its wave packet spreads. Each call takes a container, and returns
// one of the right type and size.
//
//     mpiexec -n 2 heffte_example_vectors
#include <heffte.h>

#include <cmath>

typedef std::complex<double> complex;

static int const POINTS = 60;
static double const LENGTH = 20.0;
static std::array<double, 3> const MOMENTUM = {{1.0, -0.5, 0.25}};

// Calls `visit(index, x, y, z)` for each point of a box, in the order of memory.
template <typename function> static void for_each_point(heffte::box3d<> const &box, function visit) {
    std::size_t i = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++)
                visit(i++, x, y, z);
}

static double position(int j) { return LENGTH * j / POINTS - LENGTH / 2.0; }
static double wave(int k) { return 2.0 * std::acos(-1.0) / LENGTH * (k <= POINTS / 2 ? k : k - POINTS); }

// Along each dimension, the packet at `time`, for a mass and Planck's constant of 1. In space it is the product of the three.
static std::array<std::vector<complex>, 3> packet(double time) {
    complex const spread(1.0, time), i(0.0, 1.0);
    std::array<std::vector<complex>, 3> result;
    for (int d = 0; d < 3; d++)
        for (int j = 0; j < POINTS; j++) {
            double const x = position(j), p = MOMENTUM[d], distance = x - p * time;
            result[d].push_back(std::exp(-distance * distance / (2.0 * spread) + i * p * (x - p * time / 2.0)) / std::sqrt(spread));
        }
    return result;
}

// The greatest error of the wave function, whose maximum was 1 at first. Collective.
static double error_after(double time, MPI_Comm comm) {
    std::size_t const me = static_cast<std::size_t>(heffte::mpi::comm_rank(comm));
    int const ranks = heffte::mpi::comm_size(comm);
    heffte::box3d<> const world({0, 0, 0}, {POINTS - 1, POINTS - 1, POINTS - 1});
    heffte::box3d<> const box = heffte::split_world(world, {{1, 1, ranks}})[me];
    // The type of the plan follows from the boxes.
    auto plan = heffte::make_fft3d<heffte::backend::default_backend<heffte::tag::cpu>::type>(box, box, comm);

    std::vector<complex> psi(static_cast<std::size_t>(plan.size_inbox()));
    auto const begin = packet(0.0), end = packet(time);
    for_each_point(box, [&](std::size_t i, int x, int y, int z) { psi[i] = begin[0][x] * begin[1][y] * begin[2][z]; });

    std::vector<complex> spectrum = plan.forward(psi);
    for_each_point(plan.outbox(), [&](std::size_t i, int x, int y, int z) {
        double const energy = (wave(x) * wave(x) + wave(y) * wave(y) + wave(z) * wave(z)) / 2.0;
        spectrum[i] *= std::polar(1.0, -energy * time);
    });
    psi = plan.backward(spectrum, heffte::scale::full);

    double error = 0.0, worst = 0.0;
    for_each_point(box, [&](std::size_t i, int x, int y, int z) {
        error = std::max(error, std::abs(psi[i] - end[0][x] * end[1][y] * end[2][z]));
    });
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    try {
        double const error = error_after(0.5, MPI_COMM_WORLD);
        if (heffte::mpi::world_rank(0))
            std::cout << "the free particle: error " << error << std::endl;
        status = error < 1e-13 ? 0 : 1;
    } catch (std::exception const &e) {
        // All ranks have the same.
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}
