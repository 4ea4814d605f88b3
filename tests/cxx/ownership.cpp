// ranks: 1 2
// Plans move, are never copied, and may outlive their communicator and MPI itself.
#include "check.hpp"

using heffte::backend::stock;
typedef heffte::fft3d<stock> complex_plan;
typedef heffte::fft3d_r2c<stock, long long> real_plan;
typedef std::complex<double> cdouble;

static_assert(!std::is_copy_constructible<complex_plan>::value && !std::is_copy_assignable<complex_plan>::value, "");
static_assert(!std::is_copy_constructible<real_plan>::value && !std::is_copy_assignable<real_plan>::value, "");
static_assert(std::is_nothrow_move_constructible<complex_plan>::value, "");
static_assert(std::is_nothrow_move_constructible<real_plan>::value, "");
static_assert(std::is_nothrow_move_assignable<complex_plan>::value, "");
static_assert(std::is_nothrow_move_assignable<real_plan>::value, "");
static_assert(std::is_nothrow_destructible<complex_plan>::value && std::is_nothrow_destructible<real_plan>::value, "");

static heffte::box3d<> slab(int n) {
    return heffte::split_world(heffte::box3d<>({0, 0, 0}, {n - 1, n - 1, n - 1}), {{1, 1, ranks}})[static_cast<std::size_t>(me)];
}

static complex_plan make(int n, MPI_Comm comm = MPI_COMM_WORLD) { return complex_plan(slab(n), slab(n), comm); }

static bool works(complex_plan const &plan, int n) {
    std::vector<cdouble> x(static_cast<std::size_t>(plan.size_inbox()), 1.0);
    plan.forward(x.data(), x.data());
    return std::abs(x[0] - cdouble(me == 0 ? n * n * n : 0)) < 1e-12 && plan.inbox() == slab(n);
}

static void plans_come_from_functions_and_go_into_members() {
    struct solver {
        complex_plan plan;
        heffte::plan_options options;
    };
    solver s = {make(4), heffte::default_options<stock>()};
    CHECK(works(s.plan, 4));
    s.plan = make(6);
    s.options = heffte::plan_options(false, heffte::reshape_algorithm::p2p, false);
    CHECK(works(s.plan, 6));
    solver const other = std::move(s);
    CHECK(works(other.plan, 6));
}

static void plans_live_behind_pointers_and_in_containers() {
    std::unique_ptr<complex_plan> unique(new complex_plan(slab(4), slab(4), MPI_COMM_WORLD));
    std::shared_ptr<complex_plan> const shared = std::make_shared<complex_plan>(make(5));
    CHECK(works(*unique, 4) && works(*shared, 5));
    unique.reset(new complex_plan(make(6)));
    CHECK(works(*unique, 6));
    std::vector<complex_plan> plans;
    for (int n = 3; n < 8; n++)
        plans.push_back(make(n));
    std::swap(plans.front(), plans.back());
    CHECK(works(plans.front(), 7) && works(plans.back(), 3));
}

static void plans_outlive_their_communicators() {
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    complex_plan const plan = make(4, comm);
    MPI_Comm_free(&comm);
    CHECK(works(plan, 4));
}

// More than an MPI has communicators to give: MPICH has 2048 at a time.
static void plans_and_failures_to_make_one_leave_nothing_behind() {
    heffte::box3d<> const twice(slab(2).low, slab(2).high, {0, 0, 1});
    int failures = 0;
    for (int i = 0; i < 2500; i++) {
        try {
            complex_plan(twice, slab(2), MPI_COMM_WORLD);
        } catch (std::invalid_argument const &) {
            failures++;
        }
        complex_plan const plan(slab(2), slab(2), MPI_COMM_WORLD);
        if (i == 2499)
            CHECK(works(plan, 2));
    }
    CHECK(failures == 2500);
}

static void plans_on_parts_of_the_ranks_are_separate() {
    MPI_Comm const mine = heffte::mpi::new_comm_from_group(std::vector<int>{0}, MPI_COMM_WORLD);
    if (me == 0) {
        heffte::box3d<> const box({0, 0, 0}, {2, 2, 2});
        complex_plan const plan(box, box, mine);
        std::vector<cdouble> const x(27, 1.0);
        CHECK(std::abs(complex_plan(box, box, mine).forward(x)[0] - cdouble(27)) < 1e-13);
        heffte::mpi::comm_free(mine);
    } else
        CHECK(mine == MPI_COMM_NULL);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(plans_come_from_functions_and_go_into_members);
    RUN(plans_live_behind_pointers_and_in_containers);
    RUN(plans_outlive_their_communicators);
    RUN(plans_and_failures_to_make_one_leave_nothing_behind);
    RUN(plans_on_parts_of_the_ranks_are_separate);
    std::unique_ptr<complex_plan> kept(new complex_plan(make(4)));
    int const status = check_end();
    bool says_so = false;
    try {
        works(*kept, 4);
    } catch (std::runtime_error const &e) {
        says_so = std::string(e.what()).find("MPI_Finalize") != std::string::npos;
    }
    kept.reset();
    return status != 0 || !says_so;
}
