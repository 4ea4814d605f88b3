// ranks: 1 2 4
// What is wrong on one rank is the same exception on all, nothing hangs, and the program goes on.
#include "check.hpp"

#include <cstring>

using heffte::backend::stock;
typedef std::complex<double> cdouble;

static heffte::box3d<> const WORLD({0, 0, 0}, {3, 3, 7});

static heffte::box3d<> slab() { return heffte::split_world(WORLD, {{1, 1, ranks}})[static_cast<std::size_t>(me)]; }

// That `body` throws an `exception` with these words in it, and that all ranks have the same. Collective.
template <typename exception, typename body_type>
static void all_throw(char const *words, body_type body) {
    char mine[1024] = "nothing was thrown";
    try {
        body();
    } catch (exception const &e) {
        std::strncpy(mine, e.what(), sizeof mine - 1);
    } catch (std::exception const &e) {
        std::strncpy(mine, "another type was thrown", sizeof mine - 1);
    }
    char first[sizeof mine];
    std::memcpy(first, mine, sizeof mine);
    MPI_Bcast(first, sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
    CHECK(std::strcmp(first, mine) == 0);
    CHECK(std::strstr(mine, words) != nullptr);
    if (std::strstr(mine, words) == nullptr)
        std::cout << "  it says: " << mine << std::endl;
}

static void boxes_that_overlap_or_leave_holes_are_refused() {
    heffte::box3d<> const hole(slab().low, {3, me == ranks - 1 ? 2 : 3, slab().high[2]});
    heffte::box3d<> const shifted({0, 0, slab().low[2] + 1}, {3, 3, slab().high[2] + 1});
    all_throw<std::invalid_argument>("heffte::fft3d: ", [&] { heffte::fft3d<stock>(hole, slab(), MPI_COMM_WORLD); });
    all_throw<std::invalid_argument>("must begin at (0, 0, 0)",
                                     [&] { heffte::fft3d<stock>(shifted, slab(), MPI_COMM_WORLD); });
    if (ranks > 1) {
        all_throw<std::invalid_argument>("leave a hole",
                                         [&] { heffte::fft3d<stock>(hole, slab(), MPI_COMM_WORLD); });
        all_throw<std::invalid_argument>("overlap", [&] { heffte::fft3d<stock>(slab(), WORLD, MPI_COMM_WORLD); });
    }
}

static void worlds_must_belong_together() {
    all_throw<std::invalid_argument>("outboxes fill",
                                     [&] { heffte::fft3d_r2c<stock>(slab(), slab(), 0, MPI_COMM_WORLD); });
    all_throw<std::invalid_argument>("heffte::fft3d_r2c: ",
                                     [&] { heffte::fft3d_r2c<stock>(slab(), slab(), 0, MPI_COMM_WORLD); });
    all_throw<std::invalid_argument>("divide r2c(0) of the world",
                                     [&] { heffte::fft3d_r2c<stock>(slab(), slab(), 0, MPI_COMM_WORLD); });
}

static void directions_that_are_none_are_refused() {
    for (int direction : {-2, -1, 3})
        all_throw<std::invalid_argument>("r2c direction", [&] {
            heffte::fft3d_r2c<stock>(slab(), slab(), me == ranks - 1 ? direction : 0, MPI_COMM_WORLD);
        });
    all_throw<std::invalid_argument>("dimension 3: use 0, 1 or 2", [&] { WORLD.r2c(3); });
    for (int processes : {0, -1})
        all_throw<std::invalid_argument>("num_procs ",
                                         [&] { heffte::proc_setup_min_surface(WORLD, processes); });
}

static void orders_and_options_are_looked_at() {
    heffte::box3d<> const twice(slab().low, slab().high, {0, 0, 1});
    all_throw<std::invalid_argument>("order (0, 0, 1)", [&] {
        heffte::fft3d<stock>(me == 0 ? twice : slab(), slab(), MPI_COMM_WORLD);
    });
    heffte::plan_options options = heffte::default_options<stock>();
    options.use_num_subranks(ranks + 1);
    all_throw<std::invalid_argument>("num_subranks",
                                     [&] { heffte::fft3d<stock>(slab(), slab(), MPI_COMM_WORLD, options); });
    options = heffte::plan_options(true, static_cast<heffte::reshape_algorithm>(9), true);
    all_throw<std::invalid_argument>("reshape algorithm 9",
                                     [&] { heffte::fft3d<stock>(slab(), slab(), MPI_COMM_WORLD, options); });
}

static void a_communicator_that_is_none_is_a_runtime_error() {
    all_throw<std::runtime_error>("communicator", [&] { heffte::fft3d<stock>(slab(), slab(), MPI_COMM_NULL); });
}

static void containers_that_are_too_short_are_refused_on_all_ranks() {
    heffte::fft3d<stock> plan(slab(), slab(), MPI_COMM_WORLD);
    heffte::box3d<> const half = heffte::split_world(WORLD.r2c(0), {{1, 1, ranks}})[static_cast<std::size_t>(me)];
    heffte::fft3d_r2c<stock> real(slab(), half, 0, MPI_COMM_WORLD);
    // On the last rank alone.
    std::size_t const missing = me == ranks - 1 ? 1 : 0;
    std::vector<cdouble> const x(static_cast<std::size_t>(plan.size_inbox()) - missing);
    all_throw<std::invalid_argument>("input has", [&] { plan.forward(x); });
    all_throw<std::invalid_argument>("heffte::fft3d::forward: ", [&] { plan.forward(x); });
    all_throw<std::invalid_argument>("heffte::fft3d::backward: ", [&] { plan.backward(x); });
    all_throw<std::invalid_argument>("input has", [&] { plan.backward_real(x); });
    std::vector<double> const r(static_cast<std::size_t>(real.size_inbox()) - missing);
    std::vector<cdouble> const s(static_cast<std::size_t>(real.size_outbox()) - missing);
    all_throw<std::invalid_argument>("heffte::fft3d_r2c::forward: ", [&] { real.forward(r); });
    all_throw<std::invalid_argument>("heffte::fft3d_r2c::backward: ", [&] { real.backward(s); });
    // And the plan is as good as before.
    std::vector<cdouble> const ones(static_cast<std::size_t>(plan.size_inbox()), 1.0);
    CHECK(std::abs(plan.forward(ones)[0] - cdouble(me == 0 ? 128.0 : 0.0)) < 1e-12);
}

static void pointers_that_are_null_and_batches_of_none_are_refused() {
    heffte::fft3d<stock> const plan(slab(), slab(), MPI_COMM_WORLD);
    std::vector<cdouble> x(static_cast<std::size_t>(plan.size_inbox()), 1.0), y(x.size(), 5.0);
    cdouble *const nothing = nullptr;
    all_throw<std::invalid_argument>("input is null", [&] { plan.forward(me == 0 ? nothing : x.data(), y.data()); });
    all_throw<std::invalid_argument>("output is null", [&] { plan.backward(x.data(), me == 0 ? nothing : y.data()); });
    all_throw<std::invalid_argument>("workspace overlaps", [&] { plan.forward(x.data(), y.data(), y.data()); });
    for (int batch : {0, -3})
        all_throw<std::invalid_argument>("batch_size", [&] { plan.forward(batch, x.data(), y.data()); });
    all_throw<std::invalid_argument>("scale 7",
                                     [&] { plan.forward(x.data(), y.data(), static_cast<heffte::scale>(7)); });
    if (ranks > 1)
        all_throw<std::invalid_argument>("disagree", [&] {
            plan.forward(x.data(), y.data(), me == 0 ? heffte::scale::none : heffte::scale::full);
        });
    CHECK(y == std::vector<cdouble>(y.size(), 5.0));
}

static void a_plan_that_was_moved_from_says_so() {
    heffte::fft3d<stock> plan(slab(), slab(), MPI_COMM_WORLD);
    heffte::fft3d<stock> const other = std::move(plan);
    std::vector<cdouble> x(static_cast<std::size_t>(other.size_inbox()), 1.0);
    all_throw<std::invalid_argument>("holds no transform", [&] { plan.forward(x.data(), x.data()); });
    all_throw<std::invalid_argument>("holds no transform", [&] { plan.get_scale_factor(heffte::scale::full); });
    all_throw<std::invalid_argument>("holds no transform", [&] { plan.description(); });
    other.forward(x.data(), x.data());
}

static void helpers_say_what_is_wrong() {
    std::vector<heffte::box3d<>> const boxes = heffte::split_world(WORLD, {{1, 2, 2}});
    CHECK(heffte::world_complete(boxes, WORLD));
    std::vector<heffte::box3d<>> const three(boxes.begin(), boxes.begin() + 3), five = {boxes[0], boxes[1], boxes[2],
                                                                                        boxes[3], boxes[0]};
    all_throw<std::invalid_argument>("hole", [&] { heffte::world_complete(three, WORLD); });
    all_throw<std::invalid_argument>("overlap", [&] { heffte::world_complete(five, WORLD); });
    all_throw<std::invalid_argument>("the boxes fill", [&] { heffte::world_complete(boxes, WORLD.r2c(0)); });
    std::vector<heffte::box3d<>> const shifted = {heffte::box3d<>({1, 0, 0}, {2, 2, 2})};
    all_throw<std::invalid_argument>("must begin at (0, 0, 0)", [&] { heffte::world_complete(shifted, shifted[0]); });
    all_throw<std::invalid_argument>("parts in dimension 1", [&] { heffte::split_world(WORLD, {{1, 0, 2}}); });
    all_throw<std::runtime_error>("no grid of 35 parts", [&] { heffte::make_procgrid2d(WORLD, 2, {{5, 7}}); });
    all_throw<std::invalid_argument>("leave a hole", [&] {
        heffte::plan_operations(heffte::ioboxes<>{three, three}, -1, heffte::default_options<stock>(), 0);
    });
}

#if defined(Heffte_ENABLE_MKL) && defined(FAILING_MKL)
static void mkl_that_fails_on_one_rank_is_a_runtime_error_on_all() {
    setenv("MKL_ROOT", FAILING_MKL, 1);
    heffte::fft3d<heffte::backend::mkl> const plan(slab(), slab(), MPI_COMM_WORLD);
    std::vector<cdouble> const ones(static_cast<std::size_t>(plan.size_inbox()), cdouble(1.0));
    std::vector<cdouble> spectrum(ones.size());
    if (me == ranks - 1)
        setenv("HEFFTE_TEST_MKL_FAILS_AFTER", "0", 1);
    std::string const words =
        "rank " + std::to_string(ranks - 1) + ": MKL could not transform lines of 4 points: the test's own MKL is out of memory";
    all_throw<std::runtime_error>(words.c_str(), [&] { plan.forward(ones.data(), spectrum.data()); });
    unsetenv("HEFFTE_TEST_MKL_FAILS_AFTER");
    plan.forward(ones.data(), spectrum.data());
    CHECK(me > 0 || std::abs(spectrum[0] - cdouble(128.0)) < 1e-12);
}
#endif

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(boxes_that_overlap_or_leave_holes_are_refused);
    RUN(worlds_must_belong_together);
    RUN(directions_that_are_none_are_refused);
    RUN(orders_and_options_are_looked_at);
    RUN(a_communicator_that_is_none_is_a_runtime_error);
    RUN(containers_that_are_too_short_are_refused_on_all_ranks);
    RUN(pointers_that_are_null_and_batches_of_none_are_refused);
    RUN(a_plan_that_was_moved_from_says_so);
    RUN(helpers_say_what_is_wrong);
#if defined(Heffte_ENABLE_MKL) && defined(FAILING_MKL)
    RUN(mkl_that_fails_on_one_rank_is_a_runtime_error_on_all);
#endif
    return check_end();
}
