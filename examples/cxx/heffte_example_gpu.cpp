// A transform in the memory of GPUs, there and back: CUDA's where heFFTe was built with Heffte_ENABLE_CUDA, or ROCm's with
// Heffte_ENABLE_ROCM. No header of the vendor is needed.
//
//     mpiexec -n 2 heffte_example_gpu
#include <heffte.h>

#ifdef Heffte_ENABLE_GPU

typedef std::complex<double> complex;
typedef heffte::backend::default_backend<heffte::tag::gpu>::type backend;

static int const POINTS = 64;

// The greatest error after a transform forward and one backward. Collective.
static double error(MPI_Comm comm) {
    int const me = heffte::mpi::comm_rank(comm);
    int const ranks = heffte::mpi::comm_size(comm);
    // Ranks share the devices of a machine out.
    heffte::gpu::device_set(me % heffte::gpu::device_count());

    heffte::box3d<> const world({0, 0, 0}, {POINTS - 1, POINTS - 1, POINTS - 1});
    heffte::box3d<> const box = heffte::split_world(world, {{1, 1, ranks}})[static_cast<std::size_t>(me)];
    // A stream of the program's own, a cudaStream_t or hipStream_t, may come first; this one works in the default stream.
    heffte::fft3d<backend> const plan(box, box, comm);

    std::vector<complex> host(static_cast<std::size_t>(plan.size_inbox()));
    for (std::size_t i = 0; i < host.size(); i++)
        host[i] = complex(static_cast<double>(i % 7), static_cast<double>(i % 5));

    // Arrays of the device, and a workspace that all transforms share; data() is what kernels and other libraries take.
    heffte::gpu::vector<complex> const input = heffte::gpu::transfer::load(host);
    heffte::gpu::vector<complex> spectrum(static_cast<std::size_t>(plan.size_outbox())), output(input.size());
    heffte::gpu::vector<complex> workspace(plan.size_workspace());
    plan.forward(input.data(), spectrum.data(), workspace.data());
    plan.backward(spectrum.data(), output.data(), workspace.data(), heffte::scale::full);
    // Transforms return when their work is queued.
    plan.synchronize_device();

    std::vector<complex> const back = heffte::gpu::transfer::unload(output);
    double mine = 0.0, worst = 0.0;
    for (std::size_t i = 0; i < host.size(); i++)
        mine = std::max(mine, std::abs(back[i] - host[i]));
    MPI_Allreduce(&mine, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    std::string missing;
    try {
        heffte::gpu::device_count();
    } catch (std::runtime_error const &e) {
        missing = e.what();
    }
    try {
        if (missing.empty()) {
            double const worst = error(MPI_COMM_WORLD);
            if (heffte::mpi::world_rank(0))
                std::cout << heffte::backend::name<backend>() << ": error " << worst << std::endl;
            status = worst < 1e-13 ? 0 : 1;
        } else {
            // The same on all ranks, if the machine is the same.
            if (heffte::mpi::world_rank(0))
                std::cout << "nothing to do: " << missing << std::endl;
            status = 0;
        }
    } catch (std::exception const &e) {
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}

#else

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    if (heffte::mpi::world_rank(0))
        std::cout << "nothing to do: this heFFTe was built without a backend for GPUs (Heffte_ENABLE_CUDA, Heffte_ENABLE_ROCM)" << std::endl;
    MPI_Finalize();
    return 0;
}

#endif
