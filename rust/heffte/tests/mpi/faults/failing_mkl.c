/* A libmkl_rt that transforms complex lines in place by the definition, and fails when it is told to: while the environment has
 * HEFFTE_TEST_MKL_FAILS_AFTER=n, after n calls that compute. */

#include <complex.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#ifdef _WIN32
#error "tests with libraries that fail are for systems with dlopen"
#endif

enum { OUT_OF_MEMORY = 1, NUMBER_OF_TRANSFORMS = 7, INPUT_DISTANCE = 14 };

typedef struct {
    int is_double;
    long length, lines, distance;
} descriptor;

static long create(descriptor **made, int is_double, long length)
{
    *made = malloc(sizeof **made);
    **made = (descriptor){is_double, length, 1, length};
    return 0;
}

long DftiCreateDescriptor_s_1d(descriptor **made, int domain, long length)
{
    (void)domain;
    return create(made, 0, length);
}

long DftiCreateDescriptor_d_1d(descriptor **made, int domain, long length)
{
    (void)domain;
    return create(made, 1, length);
}

long DftiSetValue(descriptor *of, int parameter, ...)
{
    va_list values;
    va_start(values, parameter);
    if (parameter == NUMBER_OF_TRANSFORMS)
        of->lines = va_arg(values, long);
    if (parameter == INPUT_DISTANCE)
        of->distance = va_arg(values, long);
    va_end(values);
    return 0;
}

#ifndef WITHOUT_COMMIT
long DftiCommitDescriptor(descriptor *of)
{
    (void)of;
    return 0;
}
#endif

static double complex get(const descriptor *of, const void *data, long at)
{
    return of->is_double ? ((const double complex *)data)[at] : ((const float complex *)data)[at];
}

static void put(const descriptor *of, void *data, long at, double complex value)
{
    if (of->is_double)
        ((double complex *)data)[at] = value;
    else
        ((float complex *)data)[at] = (float complex)value;
}

static long compute(const descriptor *of, void *data, double sign)
{
    static long calls;
    const char *limit = getenv("HEFFTE_TEST_MKL_FAILS_AFTER");
    long before = limit ? __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) : 0;
    if (!limit)
        __atomic_store_n(&calls, 0, __ATOMIC_RELAXED);
    else if (before >= atol(limit))
        return OUT_OF_MEMORY;

    const double turn = sign * 2 * acos(-1.0) / (double)of->length;
    double complex *result = malloc(sizeof *result * (size_t)of->length);
    for (long line = 0; line < of->lines; ++line) {
        const long first = line * of->distance;
        for (long k = 0; k < of->length; ++k) {
            result[k] = 0;
            for (long j = 0; j < of->length; ++j)
                result[k] += get(of, data, first + j) * cexp(I * turn * (double)(j * k % of->length));
        }
        for (long k = 0; k < of->length; ++k)
            put(of, data, first + k, result[k]);
    }
    free(result);
    return 0;
}

long DftiComputeForward(descriptor *of, void *data, ...) { return compute(of, data, -1); }

long DftiComputeBackward(descriptor *of, void *data, ...) { return compute(of, data, 1); }

long DftiFreeDescriptor(descriptor **of)
{
    free(*of);
    *of = NULL;
    return 0;
}

const char *DftiErrorMessage(long status)
{
    return status == OUT_OF_MEMORY ? "the test's own MKL is out of memory" : "no error";
}
