// Transforms of real data: Poisson's equation -(u_xx + u_yy + u_zz) = f in a periodic box. Half of the spectrum is stored, and one
// plan serves float and double. Of the solution u = exp(sin x + sin y + sin z), f is known, and the mean.
//
//     mpiexec -n 2 heffte_example_r2c
#include <heffte.h>

#include <cmath>

typedef heffte::backend::default_backend<heffte::tag::cpu>::type backend_tag;

static std::array<int, 3> const POINTS = {{32, 30, 28}};
// The mean of exp(sin x): the modified Bessel function I_0(1).
static double const MEAN = 1.2660658777520083;

// Calls `visit(index, x, y, z)` for each point of a box, in the order of memory.
template <typename function> static void for_each_point(heffte::box3d<> const &box, function visit) {
    std::size_t i = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++)
                visit(i++, x, y, z);
}

static double angle(int dimension, int j) { return 2.0 * std::acos(-1.0) * j / POINTS[dimension]; }
// The wave number of an element of the spectrum.
static double wave(int dimension, int k) { return k <= POINTS[dimension] / 2 ? k : k - POINTS[dimension]; }
// The solution along one dimension, and the second derivative of that.
static double solution(double angle) { return std::exp(std::sin(angle)); }
static double curvature(double angle) {
    return (std::cos(angle) * std::cos(angle) - std::sin(angle)) * solution(angle);
}

// The greatest error of the solution, relative to its maximum. Collective.
template <typename real> static double error_in(heffte::fft3d_r2c<backend_tag> const &plan, MPI_Comm comm) {
    typedef std::complex<real> complex;
    std::vector<real> u(static_cast<std::size_t>(plan.size_inbox()));
    std::vector<complex> spectrum(static_cast<std::size_t>(plan.size_outbox()));
    // A workspace of one's own has complex elements both ways, and serves all calls.
    std::vector<complex> workspace(plan.size_workspace());

    for_each_point(plan.inbox(), [&](std::size_t i, int x, int y, int z) {
        double const a = angle(0, x), b = angle(1, y), c = angle(2, z);
        u[i] = static_cast<real>(-curvature(a) * solution(b) * solution(c) - solution(a) * curvature(b) * solution(c) -
                                 solution(a) * solution(b) * curvature(c));
    });
    plan.forward(u.data(), spectrum.data(), workspace.data(), heffte::scale::full);
    for_each_point(plan.outbox(), [&](std::size_t i, int x, int y, int z) {
        double const kx = wave(0, x), ky = wave(1, y), kz = wave(2, z), square = kx * kx + ky * ky + kz * kz;
        // The equation leaves the mean open.
        if (square > 0.0)
            spectrum[i] *= static_cast<real>(1.0 / square);
        else
            spectrum[i] = static_cast<real>(MEAN * MEAN * MEAN);
    });
    plan.backward(spectrum.data(), u.data(), workspace.data());

    double error = 0.0, worst = 0.0;
    for_each_point(plan.inbox(), [&](std::size_t i, int x, int y, int z) {
        error = std::max(error, std::abs(u[i] - solution(angle(0, x)) * solution(angle(1, y)) * solution(angle(2, z))));
    });
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst / std::exp(3.0);
}

static int solve(MPI_Comm comm) {
    std::size_t const me = static_cast<std::size_t>(heffte::mpi::comm_rank(comm));
    int const ranks = heffte::mpi::comm_size(comm), halved = 0;
    heffte::box3d<> const world({0, 0, 0}, {POINTS[0] - 1, POINTS[1] - 1, POINTS[2] - 1});
    // Bricks of the world, and of the world that is halved.
    auto const grid = heffte::proc_setup_min_surface(world, ranks);
    heffte::fft3d_r2c<backend_tag> const plan(heffte::split_world(world, grid)[me],
                                              heffte::split_world(world.r2c(halved), grid)[me], halved, comm);

    double const in_double = error_in<double>(plan, comm), in_float = error_in<float>(plan, comm);
    if (me == 0)
        std::cout << "Poisson's equation in double: error " << in_double << "\n"
                  << "Poisson's equation in float:  error " << in_float << std::endl;
    return in_double < 1e-14 && in_float < 1e-5 ? 0 : 1;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    try {
        status = solve(MPI_COMM_WORLD);
    } catch (std::exception const &e) {
        // All ranks have the same.
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}
