// ranks: 1 2 4
// The C interface with arrays in the memory of a device.
#include "../../c/calls.h"

#include <dlfcn.h>
#include <math.h>

enum { NX = 6, NY = 5, NZ = 8 };

static double *random_numbers(int count) {
    double *const numbers = malloc((size_t)count * sizeof *numbers);
    unsigned state = 17u + (unsigned)me;
    for (int i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        numbers[i] = (double)(state >> 8) / 16777216.0 - 0.5;
    }
    return numbers;
}

static void *on_device(void const *data, size_t bytes) {
    void *memory = NULL;
    CHECK(heffte_device_allocate(BACKEND, bytes, &memory) == Heffte_SUCCESS);
    if (data != NULL)
        CHECK(heffte_copy_to_device(BACKEND, memory, data, bytes) == Heffte_SUCCESS);
    return memory;
}

/* The greatest difference of two arrays on any rank. */
static double difference(double const *a, double const *b, int count) {
    double mine = 0.0, worst;
    for (int i = 0; i < count; i++)
        mine = fmax(mine, fabs(a[i] - b[i]));
    MPI_Allreduce(&mine, &worst, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return worst;
}

/* A plan of the device gives what one of the host does, and the way back; of complex data where `direction` is below zero. */
static void transforms_are_those_of_the_host(int direction) {
    box const in = slab_of(NX, NY, NZ, 2);
    int const size[3] = {direction == 0 ? NX / 2 + 1 : NX, NY, direction == 2 ? NZ / 2 + 1 : NZ};
    box const out = slab_of(size[0], size[1], size[2], 1);
    heffte_plan plan = NULL, expected = NULL;
    CHECK(make_plan(&in, &out, direction, NULL, &plan) == Heffte_SUCCESS && heffte_get_backend(plan) == BACKEND);
    if (plan == NULL)
        return;
    if (direction < 0)
        CHECK(heffte_plan_create(Heffte_BACKEND_STOCK, in.low, in.high, in.order, out.low, out.high, out.order, MPI_COMM_WORLD,
                                 NULL, &expected) == Heffte_SUCCESS);
    else
        CHECK(heffte_plan_create_r2c(Heffte_BACKEND_STOCK, in.low, in.high, in.order, out.low, out.high, out.order, direction,
                                     MPI_COMM_WORLD, NULL, &expected) == Heffte_SUCCESS);
    int const near = count(&in) * (direction < 0 ? 2 : 1), far = 2 * count(&out);
    int const types = DOUBLE + (direction < 0 ? COMPLEX : 0);
    size_t const near_size = (size_t)near * sizeof(double), far_size = (size_t)far * sizeof(double);
    double *const input = random_numbers(near), *const wanted = random_numbers(far);
    double *const found = random_numbers(far), *const back = random_numbers(near);
    void *const given = on_device(input, near_size), *const result = on_device(NULL, far_size);
    void *const workspace = on_device(NULL, (size_t)heffte_size_workspace(plan) * 2 * sizeof(double));

    call(types, expected, input, wanted, NULL, Heffte_SCALE_NONE);
    call(types + BUFFERED, plan, given, result, workspace, Heffte_SCALE_NONE);
    CHECK(no_error() && heffte_synchronize(plan) == Heffte_SUCCESS);
    CHECK(heffte_copy_to_host(BACKEND, found, result, far_size) == Heffte_SUCCESS);
    CHECK(difference(found, wanted, far) < 1e-13);
    call(types + BACKWARD, plan, result, given, NULL, Heffte_SCALE_FULL);
    CHECK(no_error() && heffte_synchronize(plan) == Heffte_SUCCESS);
    CHECK(heffte_copy_to_host(BACKEND, back, given, near_size) == Heffte_SUCCESS);
    CHECK(difference(back, input, near) < 1e-14);

    CHECK(heffte_device_free(BACKEND, given) == Heffte_SUCCESS && heffte_device_free(BACKEND, result) == Heffte_SUCCESS);
    CHECK(heffte_device_free(BACKEND, workspace) == Heffte_SUCCESS);
    free(input);
    free(wanted);
    free(found);
    free(back);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS && heffte_plan_destroy(expected) == Heffte_SUCCESS);
}
static void complex_data_is_transformed_as_on_the_host(void) { transforms_are_those_of_the_host(-1); }
static void real_data_is_transformed_as_on_the_host(void) {
    transforms_are_those_of_the_host(0);
    transforms_are_those_of_the_host(2);
}

/* A function of the vendor's driver, which is loaded by now. */
static int call_driver(char const *name, void *argument, unsigned flags) {
    int (*function)(void *, unsigned) = NULL;
    void *const library = dlopen(BACKEND == 10 ? "libcuda.so.1" : "libamdhip64.so.6", RTLD_NOW | RTLD_NOLOAD);
    void *const found = library == NULL ? NULL : dlsym(library, name);
    CHECK(found != NULL);
    memcpy(&function, &found, sizeof function);
    return found == NULL ? -1 : function(argument, flags);
}

static void a_plan_works_in_the_stream_that_it_was_given(void) {
    box const b = slab_of(NX, NY, NZ, 2);
    heffte_plan plan = NULL;
    void *stream = NULL;
    CHECK(make_plan(&b, &b, -1, NULL, &plan) == Heffte_SUCCESS);
    /* One that waits for no other. */
    CHECK(call_driver(BACKEND == 10 ? "cuStreamCreate" : "hipStreamCreateWithFlags", &stream, 1) == 0 && stream != NULL);
    CHECK(heffte_set_stream(plan, stream) == Heffte_SUCCESS);
    int const numbers = 2 * count(&b);
    size_t const bytes = (size_t)numbers * sizeof(double);
    double *const zeros = calloc((size_t)numbers, sizeof *zeros), *const found = random_numbers(numbers);
    double *const before = random_numbers(numbers);
    void *const input = on_device(zeros, bytes), *const output = on_device(before, bytes);
    call(DOUBLE + COMPLEX, plan, input, output, NULL, Heffte_SCALE_NONE);
    char const *const lazy = getenv("HEFFTE_STAND_IN_LAZY");
    if (lazy != NULL && strcmp(lazy, "1") == 0) {
        CHECK(heffte_copy_to_host(BACKEND, found, output, bytes) == Heffte_SUCCESS);
        CHECK(memcmp(found, before, bytes) == 0);
    }
    CHECK(heffte_synchronize(plan) == Heffte_SUCCESS);
    CHECK(heffte_copy_to_host(BACKEND, found, output, bytes) == Heffte_SUCCESS && difference(found, zeros, numbers) == 0.0);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    CHECK(heffte_device_free(BACKEND, input) == Heffte_SUCCESS && heffte_device_free(BACKEND, output) == Heffte_SUCCESS);
    CHECK(call_driver(BACKEND == 10 ? "cuStreamDestroy_v2" : "hipStreamDestroy", stream, 0) == 0);
    free(zeros);
    free(found);
    free(before);
}

static void an_array_of_the_host_is_an_error(void) {
    box const b = slab_of(NX, NY, NZ, 2);
    heffte_plan plan = NULL;
    CHECK(make_plan(&b, &b, -1, NULL, &plan) == Heffte_SUCCESS);
    double *const data = random_numbers(2 * count(&b));
    call(DOUBLE + COMPLEX, plan, data, data, NULL, Heffte_SCALE_NONE);
    CHECK(error_says("is in host memory") && error_is_the_same_on_all());
    CHECK(heffte_device_free(BACKEND, data) == 2 && error_says("no device of backend"));
    free(data);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void wrong_calls_are_errors(void) {
    int devices = 0;
    CHECK(heffte_device_count(BACKEND, &devices) == Heffte_SUCCESS && devices >= 1);
    CHECK(heffte_device_count(BACKEND, NULL) == 2 && error_says("count is NULL"));
    CHECK(heffte_device_count(Heffte_BACKEND_STOCK, &devices) == 2 && error_says("transforms host memory"));
    CHECK(heffte_device_count(77, &devices) != Heffte_SUCCESS && error_says("77"));
    CHECK(heffte_device_set(BACKEND, 99) == 2 && error_says("device 99 does not exist"));
    CHECK(heffte_device_set(BACKEND, 0) == Heffte_SUCCESS);
    void *memory = &devices;
    CHECK(heffte_device_allocate(BACKEND, 0, &memory) == Heffte_SUCCESS && memory == NULL);
    CHECK(heffte_device_allocate(BACKEND, 8, NULL) == 2 && error_says("memory is NULL"));
    CHECK(heffte_device_allocate(BACKEND, (size_t)1 << 55, &memory) == 2 && error_says("could not allocate") && memory == NULL);
    CHECK(heffte_device_free(BACKEND, NULL) == Heffte_SUCCESS);
    CHECK(heffte_synchronize(NULL) == 2 && heffte_set_stream(NULL, NULL) == 2 && error_says("plan is NULL"));
}

static void plans_of_the_host_have_no_streams(void) {
    box const b = slab_of(NX, NY, NZ, 2);
    heffte_plan plan = NULL;
    CHECK(heffte_plan_create(Heffte_BACKEND_STOCK, b.low, b.high, b.order, b.low, b.high, b.order, MPI_COMM_WORLD, NULL, &plan) ==
          Heffte_SUCCESS);
    CHECK(heffte_set_stream(plan, NULL) == Heffte_SUCCESS && heffte_synchronize(plan) == Heffte_SUCCESS);
    CHECK(heffte_set_stream(plan, &plan) == 2 && error_says("has no streams: pass NULL"));
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    int devices = 0;
    if (heffte_device_count(BACKEND, &devices) != Heffte_SUCCESS) {
        if (me == 0)
            printf("skipped: %s\n", heffte_last_error());
        MPI_Finalize();
        return 77;
    }
    /* The driver's own functions want to know which. */
    CHECK(heffte_device_set(BACKEND, 0) == Heffte_SUCCESS);
    RUN(complex_data_is_transformed_as_on_the_host);
    RUN(real_data_is_transformed_as_on_the_host);
    RUN(a_plan_works_in_the_stream_that_it_was_given);
    RUN(an_array_of_the_host_is_an_error);
    RUN(wrong_calls_are_errors);
    RUN(plans_of_the_host_have_no_streams);
    return check_end();
}
