// ranks: 1
// Every name of the interface, by what it is and what it answers.
#include "check.hpp"

namespace backend = heffte::backend;
namespace tag = heffte::tag;
typedef std::complex<float> cfloat;
typedef std::complex<double> cdouble;

// Complex numbers of a program's own, which have nothing but their parts.
struct my_ccomplex {
    float real, imag;
};
struct my_zcomplex {
    double real, imag;
};
namespace heffte {
template <> struct is_ccomplex<my_ccomplex> : std::true_type {};
template <> struct is_zcomplex<my_zcomplex> : std::true_type {};
} // namespace heffte

template <typename a, typename b> constexpr bool same() { return std::is_same<a, b>::value; }

static_assert(Heffte_VERSION_MAJOR == 2 && Heffte_VERSION_MINOR >= 4 && Heffte_VERSION_PATCH >= 0, "");
static_assert(sizeof(Heffte_GIT_HASH) > 1, "");

// Enumerations have heFFTe's values.
static_assert(static_cast<int>(heffte::scale::none) == 0 && static_cast<int>(heffte::scale::full) == 1, "");
static_assert(static_cast<int>(heffte::scale::symmetric) == 2, "");
static_assert(heffte::direction::forward != heffte::direction::backward, "");
static_assert(static_cast<int>(heffte::reshape_algorithm::alltoallv) == 0, "");
static_assert(static_cast<int>(heffte::reshape_algorithm::p2p_plined) == 1, "");
static_assert(static_cast<int>(heffte::reshape_algorithm::p2p) == 2, "");
static_assert(static_cast<int>(heffte::reshape_algorithm::alltoall) == 3, "");

// Backends.
static_assert(backend::is_enabled<backend::stock>::value && backend::is_enabled<backend::stock_cos>::value, "");
static_assert(backend::is_enabled<backend::stock_sin>::value && backend::is_enabled<backend::stock_cos1>::value, "");
static_assert(!backend::is_enabled<int>::value && !backend::is_enabled<tag::cpu>::value, "");
#ifndef Heffte_ENABLE_FFTW
static_assert(!backend::is_enabled<backend::fftw>::value && !backend::is_enabled<backend::fftw_cos>::value, "");
#endif
#ifdef Heffte_ENABLE_FFTW
static_assert(backend::is_enabled<backend::fftw>::value && backend::is_enabled<backend::fftw_sin1>::value, "");
#endif
#ifdef Heffte_ENABLE_MKL
static_assert(backend::is_enabled<backend::mkl>::value && backend::is_enabled<backend::mkl_sin>::value, "");
static_assert(same<backend::default_backend<tag::cpu>::type, backend::mkl>(), "");
#elif defined(Heffte_ENABLE_FFTW)
static_assert(!backend::is_enabled<backend::mkl>::value && !backend::is_enabled<backend::mkl_cos>::value, "");
static_assert(same<backend::default_backend<tag::cpu>::type, backend::fftw>(), "");
#else
static_assert(same<backend::default_backend<tag::cpu>::type, backend::stock>(), "");
#endif
#ifndef Heffte_ENABLE_GPU
static_assert(same<backend::default_backend<tag::gpu>::type, backend::stock>(), "");
#endif
#ifdef Heffte_ENABLE_CUDA
static_assert(backend::is_enabled<backend::cufft>::value && backend::is_enabled<backend::cufft_cos1>::value, "");
static_assert(same<backend::default_backend<tag::gpu>::type, backend::cufft>(), "");
static_assert(same<heffte::fft3d<backend::cufft>::stream_type, cudaStream_t>(), "");
static_assert(same<backend::device_instance<tag::gpu>::stream_type, cudaStream_t>(), "");
static_assert(same<heffte::fft3d<backend::cufft>::location_tag, tag::gpu>(), "");
static_assert(same<backend::buffer_traits<backend::cufft>::container<float>, heffte::gpu::vector<float>>(), "");
#elif defined(Heffte_ENABLE_ROCM)
static_assert(same<backend::default_backend<tag::gpu>::type, backend::rocfft>(), "");
static_assert(same<backend::buffer_traits<backend::rocfft>::container<float>, heffte::gpu::vector<float>>(), "");
#endif
#ifdef Heffte_ENABLE_ROCM
static_assert(backend::is_enabled<backend::rocfft>::value && backend::is_enabled<backend::rocfft_sin>::value, "");
static_assert(same<heffte::fft3d<backend::rocfft>::stream_type, hipStream_t>(), "");
static_assert(same<heffte::fft3d<backend::rocfft>::location_tag, tag::gpu>(), "");
#endif
static_assert(same<backend::buffer_traits<backend::stock>::location, tag::cpu>(), "");
static_assert(same<backend::buffer_traits<backend::stock>::container<float>, std::vector<float>>(), "");
static_assert(!backend::uses_gpu<backend::stock>::value && backend::uses_gpu<backend::cufft>::value, "");
static_assert(backend::uses_fft_types<backend::fftw>::value && !backend::uses_fft_types<backend::fftw_sin>::value, "");

template <typename backend_tag, typename in, typename out> constexpr bool legal() {
    return backend::check_types<backend_tag, in, out>::value;
}
static_assert(legal<backend::stock, float, cfloat>() && legal<backend::stock, cfloat, cfloat>(), "");
static_assert(legal<backend::stock, double, cdouble>() && legal<backend::stock, cdouble, cdouble>(), "");
static_assert(legal<backend::stock, my_ccomplex, cfloat>() && legal<backend::stock, double, my_zcomplex>(), "");
static_assert(!legal<backend::stock, double, cfloat>() && !legal<backend::stock, cfloat, float>(), "");
static_assert(!legal<backend::stock, int, cfloat>() && !legal<backend::stock, float, float>(), "");
static_assert(legal<backend::stock_cos, float, float>() && legal<backend::stock_sin1, double, double>(), "");
static_assert(!legal<backend::stock_cos, float, cfloat>() && !legal<backend::stock_cos, float, double>(), "");

#ifdef FFTW3_H
static_assert(heffte::is_ccomplex<fftwf_complex>::value && heffte::is_zcomplex<fftw_complex>::value, "");
static_assert(legal<backend::fftw, double, fftw_complex>() && legal<backend::fftw, fftwf_complex, fftwf_complex>(), "");
#endif

// Types of elements.
static_assert(heffte::is_ccomplex<cfloat>::value && !heffte::is_ccomplex<cdouble>::value, "");
static_assert(heffte::is_zcomplex<cdouble>::value && !heffte::is_zcomplex<double>::value, "");
static_assert(same<heffte::fft_output<float>::type, cfloat>() && same<heffte::fft_output<double>::type, cdouble>(), "");
static_assert(same<heffte::fft_output<my_zcomplex>::type, my_zcomplex>(), "");
static_assert(same<heffte::transform_output<float, backend::stock>::type, cfloat>(), "");
static_assert(same<heffte::transform_output<float, backend::stock_cos>::type, float>(), "");
static_assert(same<heffte::transform_real_type<cdouble, backend::stock>::type, double>(), "");
static_assert(same<heffte::transform_real_type<my_ccomplex, backend::stock>::type, float>(), "");
static_assert(same<heffte::transform_real_type<double, backend::stock_sin>::type, double>(), "");
static_assert(same<heffte::define_standard_type<my_ccomplex>::type, cfloat>(), "");
static_assert(same<heffte::define_standard_type<double>::type, double>(), "");

// Plans.
typedef heffte::fft3d<backend::stock> plan_type;
typedef heffte::fft3d_r2c<backend::stock, long long> real_plan_type;
static_assert(std::is_base_of<backend::device_instance<tag::cpu>, plan_type>::value, "");
static_assert(std::is_base_of<backend::device_instance<tag::cpu>, real_plan_type>::value, "");
static_assert(same<plan_type::buffer_container<cfloat>, std::vector<cfloat>>(), "");
static_assert(same<plan_type::real_buffer_container<cfloat>, std::vector<float>>(), "");
static_assert(same<plan_type::output_buffer_container<double>, std::vector<cdouble>>(), "");
static_assert(same<plan_type::location_tag, tag::cpu>(), "");
static_assert(same<real_plan_type::real_buffer_container<cdouble>, std::vector<double>>(), "");
static_assert(same<heffte::fft2d<backend::stock>, plan_type>(), "");
static_assert(same<heffte::rtransform<backend::stock>, plan_type>(), "");
static_assert(same<heffte::fft2d_r2c<backend::stock, long long>, real_plan_type>(), "");
typedef plan_type::backend_executor an_executor;
typedef real_plan_type::backend_executor_c2c another_executor;
typedef real_plan_type::backend_executor_r2c a_third_executor;
static_assert(same<an_executor, another_executor>() && same<an_executor, a_third_executor>(), "");

template <typename type> static std::string printed(type const &value) {
    std::ostringstream os;
    os << value;
    return os.str();
}

static void backends_have_heFFTes_names() {
    CHECK(backend::name<backend::stock>() == "stock" && backend::name<backend::fftw>() == "fftw");
    CHECK(backend::name<backend::mkl>() == "mkl" && backend::name<backend::cufft>() == "cufft");
    CHECK(backend::name<backend::rocfft>() == "rocfft" && backend::name<backend::onemkl>() == "onemkl");
    CHECK(backend::name<backend::fftw_cos>() == "fftw-cos-type-II" && backend::name<backend::fftw_sin1>() == "fftw-sin-type-I");
    CHECK(backend::name<backend::stock_cos>() == "stock-cos-type-II" && backend::name<backend::stock_cos1>() == "stock-cos-type-I");
    CHECK(backend::name<backend::stock_sin>() == "stock-sin-type-II" && backend::name<backend::mkl_cos>() == "mkl-cos");
    CHECK(backend::name<tag::cpu>() == "cpu" && backend::name<tag::gpu>() == "gpu");
    CHECK(backend::name<int>() == "unknown");
}

static void options_have_defaults_and_print_themselves() {
    heffte::plan_options options = heffte::default_options<backend::stock>();
    CHECK(options.use_reorder && options.use_pencils && options.use_gpu_aware && options.get_subranks() == -1);
    CHECK(options.algorithm == heffte::reshape_algorithm::alltoallv);
    CHECK(!heffte::plan_options(backend::mkl()).use_reorder && !heffte::default_plan_options<backend::cufft>::use_reorder);
    CHECK(printed(options) == "options = (fft1d:contiguous, mpi:alltoallv, decomposition:pencil, mpi:from-gpu)");
    options.use_num_subranks(3);
    CHECK(options.get_subranks() == 3);
    heffte::plan_options other(false, heffte::reshape_algorithm::p2p_plined, false);
    other.use_gpu_aware = false;
    CHECK(printed(other) == "options = (fft1d:strided, mpi:point-to-point-pipelined, decomposition:slab, mpi:from-cpu)");
    options = other;
    CHECK(options.get_subranks() == -1 && options.algorithm == heffte::reshape_algorithm::p2p_plined);
    options.algorithm = heffte::reshape_algorithm::p2p;
    CHECK(printed(options).find("mpi:point-to-point,") != std::string::npos);
    options.algorithm = heffte::reshape_algorithm::alltoall;
    CHECK(printed(options).find("mpi:alltoall,") != std::string::npos);
}

static void boxes_answer() {
    heffte::box3d<> b({0, 1, 2}, {9, 9, 9});
    heffte::box3d<> const w = {{0, 0, 0}, {9, 9, 9}}, o = {{0, 0, 0}, {9, 8, 7}, {2, 0, 1}};
    heffte::box3d<long long> const big({0, 0, 0}, {2999999, 2999999, 0});
    CHECK((b.size == std::array<int, 3>{{10, 9, 8}}) && b.count() == 720 && !b.empty() && !b.is2d());
    CHECK(big.count() == 9000000000000LL && big.is2d());
    CHECK(heffte::box3d<>({0, 0, 0}, {-1, -1, -1}).empty() && heffte::box3d<>({0, 5, 0}, {9, 3, 9}).count() == 0);
    CHECK(b.collide(w) == b && b != w && b.collide(heffte::box3d<>({5, 5, 5}, {20, 6, 6})).count() == 5 * 2 * 2);
    CHECK(o.collide(w).ordered_same_as(o) && !o.ordered_same_as(w));
    CHECK(o.find_order(2) == 0 && o.find_order(0) == 1 && o.osize(0) == 8 && o.osize(2) == 9);
    CHECK((o.r2c(0).size == std::array<int, 3>{{6, 9, 8}}) && o.r2c(1).high[1] == 4 && o.r2c(0).ordered_same_as(o));
    CHECK(printed(o) == "0  9  (10)\n0  8  (9)\n0  7  (8)\n(2,0,1)\n\n");
    heffte::box2d<> const flat(std::array<int, 2>{{1, 2}}, std::array<int, 2>{{3, 4}}, std::array<int, 2>{{1, 0}});
    CHECK(flat.is2d() && flat.size[2] == 1 && (flat.order == std::array<int, 3>{{1, 0, 2}}));
    std::vector<heffte::box3d<>> const list = {b, w, o};
    CHECK(heffte::find_world(list) == w && heffte::match(list, list));
    CHECK(!heffte::match(list, heffte::reorder(list, {{1, 0, 2}})));
}

static void worlds_are_cut_as_heFFTe_cuts_them() {
    heffte::box3d<> const world({0, 0, 0}, {9, 6, 2}, {2, 1, 0});
    auto const boxes = heffte::split_world(world, {{3, 2, 1}});
    CHECK(boxes.size() == 6 && heffte::world_complete(boxes, world));
    // 10 points in 3 parts are 4, 3, 3; 7 in 2 are 4, 3. Box (i, j, k) is at i + 3 j.
    CHECK(boxes[0] == heffte::box3d<>({0, 0, 0}, {3, 3, 2}) && boxes[2] == heffte::box3d<>({7, 0, 0}, {9, 3, 2}));
    CHECK(boxes[4] == heffte::box3d<>({4, 4, 0}, {6, 6, 2}) && boxes[5].ordered_same_as(world));
    auto const thin = heffte::split_world(world, {{1, 1, 5}});
    CHECK(thin.size() == 5 && !thin[2].empty() && thin[3].empty() && thin[4].empty());
    CHECK(heffte::split_world(world, {{1, 1, 2}}, heffte::rank_remap(4)).size() == 4);
    CHECK(heffte::is_pencils(world, boxes, 2) && !heffte::is_pencils(world, boxes, 0));
    CHECK(heffte::is_slab(world, thin, 0, 1) && !heffte::is_slab(world, boxes, 1, 2));
    CHECK((heffte::pencil_directions(world, thin) == std::vector<int>{0, 1}));
    CHECK(heffte::count_connections(world, boxes) == 6 && heffte::count_connections(boxes[0], boxes) == 1);
    CHECK(heffte::fft1d_get_stride(world, 2) == 1 && heffte::fft1d_get_howmany(world, 2) == 70);
    CHECK(heffte::fft1d_get_stride(world, 1) == 3 && heffte::fft1d_get_howmany(world, 1) == 3);
    CHECK(heffte::fft1d_get_stride(world, 0) == 21 && heffte::fft1d_get_howmany(world, 0) == 21);
}

static void grids_are_heFFTes() {
    CHECK((heffte::make_procgrid(20) == std::array<int, 2>{{4, 5}}) && (heffte::make_procgrid(17) == std::array<int, 2>{{1, 17}}));
    heffte::box3d<> const cube({0, 0, 0}, {63, 63, 63}), rod({0, 0, 0}, {1, 1, 99});
    heffte::box3d<long long> const long_cube({0, 0, 0}, {63, 63, 63});
    CHECK((heffte::proc_setup_min_surface(cube, 8) == std::array<int, 3>{{2, 2, 2}}));
    CHECK((heffte::proc_setup_min_surface(cube, 1) == std::array<int, 3>{{1, 1, 1}}));
    CHECK((heffte::proc_setup_min_surface(rod, 10) == std::array<int, 3>{{1, 1, 10}}));
    CHECK((heffte::proc_setup_min_surface(long_cube, 12) == heffte::proc_setup_min_surface(cube, 12)));
    CHECK((heffte::make_procgrid2d(cube, 1, {{3, 4}}) == std::array<int, 3>{{3, 1, 4}}));
    CHECK((heffte::make_procgrid2d(rod, 1, {{4, 3}}) == std::array<int, 3>{{2, 1, 6}}));
    CHECK(heffte::get_factors(6).size() == 4 && heffte::get_area({{3, 4}}) == 12);
}

static void boxes_are_dealt_out_by_what_ranks_have() {
    heffte::box3d<> const world({0, 0, 0}, {5, 5, 5});
    auto const source = heffte::split_world(world, {{1, 1, 3}});
    std::vector<heffte::box3d<>> const turned = {source[2], source[0], source[1]};
    auto const slabs = heffte::make_slabs(world, 3, 0, 1, turned, {{0, 1, 2}});
    CHECK(heffte::match(slabs, turned));
    auto const pencils = heffte::make_pencils(world, {{3, 1}}, 2, source, {{2, 1, 0}});
    CHECK(heffte::is_pencils(world, pencils, 2) && heffte::world_complete(pencils, world) && pencils[0].order[0] == 2);
    CHECK(heffte::match(heffte::maximize_overlap(source, turned, {{0, 1, 2}}), turned));
}

static void a_logical_plan_has_five_grids() {
    heffte::box3d<> const world({0, 0, 0}, {15, 15, 15});
    heffte::ioboxes<> const boxes = {heffte::split_world(world, {{1, 2, 2}}), heffte::split_world(world.r2c(2), {{2, 2, 1}})};
    auto const plan = heffte::plan_operations(boxes, 2, heffte::default_options<backend::stock>(), 3);
    CHECK(plan.mpi_rank == 3 && plan.index_count == 4096 && plan.options.use_pencils);
    CHECK(heffte::match(plan.in_shape[0], boxes.in) && heffte::match(plan.out_shape[3], boxes.out));
    CHECK(plan.fft_direction[0] == 2);
    for (int i = 0; i < 3; i++) {
        // Boxes are whole along an axis while it is transformed, and tile a world before and after each exchange.
        heffte::box3d<> const held = heffte::find_world(plan.out_shape[i]);
        CHECK(plan.fft_sizes[i] == 16 && heffte::is_pencils(held, plan.out_shape[i], plan.fft_direction[i]));
        CHECK(heffte::world_complete(plan.out_shape[i], held) && heffte::world_complete(plan.in_shape[i + 1], world.r2c(2)));
    }
    std::array<int, 3> axes = plan.fft_direction;
    std::sort(axes.begin(), axes.end());
    CHECK((axes == std::array<int, 3>{{0, 1, 2}}));
    auto const grids = heffte::compute_grids(plan);
    CHECK(grids.size() == 5);
    CHECK((grids[0] == std::array<int, 3>{{1, 2, 2}}) && (grids[4] == std::array<int, 3>{{2, 2, 1}}));
    for (auto const &grid : grids)
        CHECK(grid[0] * grid[1] * grid[2] == 4);
}

static void mpi_helpers_answer() {
    CHECK(heffte::mpi::comm_rank(MPI_COMM_WORLD) == 0 && heffte::mpi::comm_size(MPI_COMM_WORLD) == 1);
    CHECK(heffte::mpi::world_rank() == 0 && heffte::mpi::world_rank(0) && !heffte::mpi::world_rank(1));
    CHECK(heffte::mpi::type_from<int>() == MPI_INT && heffte::mpi::type_from<float>() == MPI_FLOAT);
    CHECK(heffte::mpi::type_from<double>() == MPI_DOUBLE && heffte::mpi::type_from<cfloat>() == MPI_C_COMPLEX);
    CHECK(heffte::mpi::type_from<cdouble>() == MPI_C_DOUBLE_COMPLEX);
    heffte::box3d<> const in({0, 0, 0}, {1, 2, 3}, {1, 2, 0}), out({0, 0, 0}, {1, 2, 2});
    heffte::ioboxes<> const all = heffte::mpi::gather_boxes(in, out, MPI_COMM_WORLD);
    CHECK(all.in.size() == 1 && all.in[0] == in && all.in[0].ordered_same_as(in) && all.out[0] == out);
    heffte::mpi::dump(1, std::vector<int>{1, 2}, "this is for another rank");
}

static void devices_and_containers_are_those_of_the_host() {
    backend::device_instance<tag::cpu> device;
    backend::device_instance<tag::cpu>::stream_type const stream = device.stream();
    device.synchronize_device();
    std::vector<double> const zeros = heffte::make_buffer_container<double>(stream, 3);
    CHECK(stream == nullptr && zeros == std::vector<double>(3, 0.0));
    double const from[] = {1, 2};
    double to[] = {0, 0};
    backend::data_manipulator<tag::cpu>::copy_n(stream, from, 2, to);
    CHECK(to[0] == 1 && to[1] == 2);
    my_zcomplex one = {1.5, 2.5};
    my_zcomplex const &fixed = one;
    CHECK(heffte::convert_to_standard(&one)->imag() == 2.5 && heffte::convert_to_standard(&fixed)->real() == 1.5);
}

// By every overload, without the members of a number of the standard library.
template <typename my, typename real> static void transform_numbers_of_the_programs_own() {
    heffte::box3d<> const box({0, 0, 0}, {1, 1, 1});
    plan_type const plan(box, box, MPI_COMM_WORLD);
    std::vector<my> x(8, my{1, 2}), y(8), workspace(plan.size_workspace() + 1);
    std::vector<real> r(8, 3);
    plan.forward(x.data(), y.data());
    CHECK(y[0].real == 8 && y[0].imag == 16 && y[1].real == 0);
    plan.forward(x.data(), y.data(), workspace.data(), heffte::scale::full);
    CHECK(y[0].real == 1 && y[0].imag == 2);
    plan.forward(1, x.data(), y.data(), workspace.data());
    plan.forward(1, x.data(), y.data());
    plan.backward(y.data(), x.data(), heffte::scale::full);
    CHECK(x[7].real == 1 && x[7].imag == 2);
    plan.backward(y.data(), r.data(), workspace.data());
    CHECK(r[3] == 8);
    plan.backward(1, y.data(), r.data(), workspace.data());
    plan.backward(1, y.data(), x.data());
    CHECK(plan.forward(x)[0].real == 64);

    heffte::fft3d_r2c<backend::stock> const half(box, box.r2c(0), 0, MPI_COMM_WORLD);
    half.forward(r.data(), y.data(), workspace.data());
    CHECK(y[0].real == 64);
    half.backward(y.data(), r.data(), workspace.data(), heffte::scale::full);
    CHECK(r[5] == 8);
}
static void numbers_of_the_programs_own_are_transformed() {
    transform_numbers_of_the_programs_own<my_ccomplex, float>();
    transform_numbers_of_the_programs_own<my_zcomplex, double>();
}

static void plans_print_themselves() {
    heffte::box3d<> const box({0, 0, 0}, {7, 5, 3});
    CHECK(printed(heffte::make_fft3d<backend::stock>(box, box, MPI_COMM_WORLD)).find("c2c 8 x 6 x 4 on 1 rank") == 0);
}

static bool refuses(void (*function)(std::string const &), std::string const &path, std::string const &words) {
    try {
        function(path);
    } catch (std::runtime_error const &error) {
        return std::string(error.what()).find(words) != std::string::npos;
    }
    return false;
}

static void fftw_is_told_what_to_spend_and_tells_what_it_knows() {
    CHECK(heffte::default_options<backend::stock>().effort == heffte::planning_effort::by_default);
#ifdef Heffte_ENABLE_FFTW
    heffte::box3d<> const box({0, 0, 0}, {3, 2, 0});
    heffte::plan_options options = heffte::default_options<backend::fftw>();
    options.effort = heffte::planning_effort::patient;
    heffte::fft3d<backend::fftw> const plan(box, box, MPI_COMM_WORLD, options);
    CHECK(std::abs(plan.forward(std::vector<float>(12, 1.0f))[0] - std::complex<float>(12.0f)) < 1e-5f);
    char const *const words = "heffte::fftw_import_wisdom: cannot use the wisdom in /nowhere/wisdom";
    CHECK(refuses(heffte::fftw_import_wisdom, "/nowhere/wisdom", words));
    CHECK(refuses(heffte::fftw_export_wisdom, "/nowhere/wisdom", "heffte::fftw_export_wisdom: cannot write /nowhere/wisdom"));
    char folder[] = "/tmp/heffte_wisdom_XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    std::string const path = std::string(folder) + "/wisdom";
    heffte::fftw_export_wisdom(path);
    heffte::fftw_import_wisdom(path);
    CHECK(std::remove(path.c_str()) == 0 && std::remove((path + "f").c_str()) == 0 && std::remove(folder) == 0);
    options.effort = static_cast<heffte::planning_effort>(9);
    bool is_refused = false;
    try {
        heffte::fft3d<backend::fftw> const none(box, box, MPI_COMM_WORLD, options);
    } catch (std::invalid_argument const &error) {
        is_refused = std::string(error.what()).find("planning effort 8 is unknown") != std::string::npos;
    }
    CHECK(is_refused);
#else
    CHECK(refuses(heffte::fftw_import_wisdom, "wisdom", "backend fftw (1) is not in this build"));
    CHECK(refuses(heffte::fftw_export_wisdom, "wisdom", "backend fftw (1) is not in this build"));
#endif
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(backends_have_heFFTes_names);
    RUN(options_have_defaults_and_print_themselves);
    RUN(boxes_answer);
    RUN(worlds_are_cut_as_heFFTe_cuts_them);
    RUN(grids_are_heFFTes);
    RUN(boxes_are_dealt_out_by_what_ranks_have);
    RUN(a_logical_plan_has_five_grids);
    RUN(mpi_helpers_answer);
    RUN(devices_and_containers_are_those_of_the_host);
    RUN(numbers_of_the_programs_own_are_transformed);
    RUN(plans_print_themselves);
    RUN(fftw_is_told_what_to_spend_and_tells_what_it_knows);
    return check_end();
}
