// Real-to-real transforms: heat spreads from a warm spot in a box, of which the walls let none through (cosines) or stay cold
// (sines). The answer is known: it is that of a spot in free space, and of its images behind the walls.
//
//     mpiexec -n 4 heffte_example_r2r
#include <heffte.h>

#include <cmath>

static double const PI = std::acos(-1.0);
static std::array<int, 3> const POINTS = {{32, 36, 40}};
static std::array<double, 3> const SPOT = {{0.3, 0.5, 0.6}};
static double const WIDTH = 0.08;

// What walls do to the images of a spot, and the wave number of the first mode that they allow.
struct walls {
    double image;
    int first_mode;
};

// Along each dimension, the temperature at the points (j + 1/2) / n of the unit interval. In space it is the product of the three.
static std::array<std::vector<double>, 3> profiles(walls const &wall, double time) {
    double const variance = WIDTH * WIDTH + 2.0 * time;
    std::array<std::vector<double>, 3> result;
    for (int d = 0; d < 3; d++)
        for (int j = 0; j < POINTS[d]; j++) {
            double const x = (j + 0.5) / POINTS[d];
            double sum = 0.0;
            for (int period = -4; period <= 4; period++) {
                double const direct = x - SPOT[d] - 2.0 * period, mirrored = x + SPOT[d] - 2.0 * period;
                sum += std::exp(-direct * direct / (2.0 * variance)) + wall.image * std::exp(-mirrored * mirrored / (2.0 * variance));
            }
            result[d].push_back(sum * WIDTH / std::sqrt(variance));
        }
    return result;
}

// Calls `visit(index, x, y, z)` for each point of a box, in the order of memory.
template <typename function> static void for_each_point(heffte::box3d<> const &box, function visit) {
    std::size_t i = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++)
                visit(i++, x, y, z);
}

// The error of the temperature at `time`, whose maximum was 1 at first. Collective.
template <typename backend_tag> static double error_after(double time, walls const &wall, MPI_Comm comm) {
    std::size_t const me = static_cast<std::size_t>(heffte::mpi::comm_rank(comm));
    int const ranks = heffte::mpi::comm_size(comm);
    heffte::box3d<> const world({0, 0, 0}, {POINTS[0] - 1, POINTS[1] - 1, POINTS[2] - 1});
    // Bricks in space, pencils among the modes.
    std::array<int, 2> const grid = heffte::make_procgrid(ranks);
    heffte::box3d<> const inbox = heffte::split_world(world, heffte::proc_setup_min_surface(world, ranks))[me];
    heffte::box3d<> const outbox = heffte::split_world(world, {{1, grid[0], grid[1]}})[me];
    heffte::rtransform<backend_tag> const plan(inbox, outbox, comm);

    // One array for both boxes; the workspace has elements of the same type.
    std::vector<double> heat(static_cast<std::size_t>(std::max(plan.size_inbox(), plan.size_outbox())));
    std::vector<double> workspace(plan.size_workspace());
    auto const begin = profiles(wall, 0.0), end = profiles(wall, time);
    for_each_point(inbox, [&](std::size_t i, int x, int y, int z) { heat[i] = begin[0][x] * begin[1][y] * begin[2][z]; });

    plan.forward(heat.data(), heat.data(), workspace.data());
    for_each_point(outbox, [&](std::size_t i, int x, int y, int z) {
        double const kx = x + wall.first_mode, ky = y + wall.first_mode, kz = z + wall.first_mode;
        heat[i] *= std::exp(-PI * PI * (kx * kx + ky * ky + kz * kz) * time);
    });
    plan.backward(heat.data(), heat.data(), workspace.data(), heffte::scale::full);

    double error = 0.0, worst = 0.0;
    for_each_point(inbox, [&](std::size_t i, int x, int y, int z) {
        error = std::max(error, std::abs(heat[i] - end[0][x] * end[1][y] * end[2][z]));
    });
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    try {
        walls const insulated = {1.0, 0}, cold = {-1.0, 1};
        double const by_cosines = error_after<heffte::backend::stock_cos>(0.01, insulated, MPI_COMM_WORLD);
        double const by_sines = error_after<heffte::backend::stock_sin>(0.01, cold, MPI_COMM_WORLD);
        if (heffte::mpi::world_rank(0))
            std::cout << "heat between insulated walls, by cosines: error " << by_cosines << "\n"
                      << "heat between cold walls, by sines:        error " << by_sines << std::endl;
        status = by_cosines < 1e-13 && by_sines < 1e-13 ? 0 : 1;
    } catch (std::exception const &e) {
        // All ranks have the same.
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}
