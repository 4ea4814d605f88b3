// The kernels of the device engine, in the common subset of CUDA and HIP. They are compiled on the machine that runs them, for its
// device, and need no header.
//
// Every argument is an integer or a pointer of 64 bits, so that a launch looks the same for all of them; a factor comes as the bits
// of a double. What all threads of a block do before any of them goes on stands behind ALL_THREADS.

#ifndef KERNEL
#define KERNEL(name, count, parameters) extern "C" __global__ void __launch_bounds__(256) name parameters
#endif
#ifndef ALL_THREADS
#define ALL_THREADS __syncthreads();
#endif

typedef long long i64;
typedef unsigned long long u64;

// Threads of a block, and elements that it moves.
#define THREADS 256
#define TILE 1024
// The edge of a tile that is transposed: THREADS / EDGE rows at a time.
#define EDGE 32
#define ROWS (THREADS / EDGE)

__device__ static inline double factor_of(u64 bits)
{
    union { u64 bits; double number; } both;
    both.bits = bits;
    return both.number;
}

template<typename T> struct Complex { T re, im; };

// ---- What becomes of an element on its way ----

__device__ static inline float converted(float x, double by, float) { return (float) (x * by); }
__device__ static inline double converted(double x, double by, double) { return x * by; }
template<typename T> __device__ static inline Complex<T> converted(Complex<T> x, double by, Complex<T>)
{
    Complex<T> y = {(T) (x.re * by), (T) (x.im * by)};
    return y;
}
template<typename T> __device__ static inline Complex<T> converted(T x, double by, Complex<T>)
{
    Complex<T> y = {(T) (x * by), (T) 0};
    return y;
}
template<typename T> __device__ static inline T converted(Complex<T> x, double by, T) { return (T) (x.re * by); }

// ---- Moving boxes: packing, unpacking, reordering ----

// A box of na x nb x nc elements that is read with the strides fa, fb, fc and written with ta, tb, tc; elements all. The blocks from
// first_block on move it.
struct Move {
    i64 from, to;
    i64 na, nb, nc;
    i64 fa, fb, fc;
    i64 ta, tb, tc;
    i64 first_block;
    // Which of the bases the box is read from and written to, and whether what is read in the order a, b is written in the order b, a.
    i64 from_base, to_base, is_transposed;
};

// The last of the moves that begins at or before this block.
__device__ static inline const Move* move_of(const Move* moves, i64 count, i64 block)
{
    i64 low = 0, high = count - 1;
    while (low < high) {
        i64 middle = (low + high + 1) / 2;
        if (moves[middle].first_block <= block)
            low = middle;
        else
            high = middle - 1;
    }
    return moves + low;
}

// Where the element `index` of a box lies, counted in the order a, b, c.
__device__ static inline void offsets_of(const Move* m, u64 index, i64* from, i64* to)
{
    u64 a, b, c;
    if (m->nb * m->nc == 1) {
        a = index; b = 0; c = 0;
    } else if ((u64) (m->na * m->nb * m->nc) >> 32) {
        u64 row = index / (u64) m->na;
        a = index - row * m->na;
        c = row / (u64) m->nb;
        b = row - c * m->nb;
    } else {
        // Divisions of 32 bits take a fraction of the time.
        unsigned row = (unsigned) index / (unsigned) m->na;
        a = (unsigned) index - row * (unsigned) m->na;
        c = row / (unsigned) m->nb;
        b = row - (unsigned) c * (unsigned) m->nb;
    }
    *from = m->from + (i64) a * m->fa + (i64) b * m->fb + (i64) c * m->fc;
    *to = m->to + (i64) a * m->ta + (i64) b * m->tb + (i64) c * m->tc;
}

// The square of a box that a block transposes: the first element along a and b, and the place along c.
struct Square { i64 a, b, c; };

__device__ static inline Square square_of(const Move* m, i64 block)
{
    i64 along_a = (m->na + EDGE - 1) / EDGE, along_b = (m->nb + EDGE - 1) / EDGE;
    i64 rest = block / along_a;
    Square s = {(block - rest * along_a) * EDGE, (rest % along_b) * EDGE, rest / along_b};
    return s;
}

template<typename From, typename To>
__device__ static inline void move_straight(const Move* m, i64 block, const From* from, To* to, double by)
{
    u64 count = (u64) (m->na * m->nb * m->nc), first = (u64) block * TILE;
    for (int i = threadIdx.x; i < TILE; i += THREADS) {
        if (first + i < count) {
            i64 source, target;
            offsets_of(m, first + i, &source, &target);
            to[target] = converted(from[source], by, To());
        }
    }
}

template<typename From>
__device__ static inline void load_square(const Move* m, i64 block, const From* from, From (*square)[EDGE + 1])
{
    Square s = square_of(m, block);
    i64 a = s.a + threadIdx.x % EDGE;
    for (int row = threadIdx.x / EDGE; row < EDGE; row += ROWS) {
        i64 b = s.b + row;
        if (a < m->na && b < m->nb)
            square[row][threadIdx.x % EDGE] = from[m->from + a * m->fa + b * m->fb + s.c * m->fc];
    }
}

template<typename From, typename To>
__device__ static inline void store_square(const Move* m, i64 block, To* to, From (*square)[EDGE + 1], double by)
{
    Square s = square_of(m, block);
    i64 b = s.b + threadIdx.x % EDGE;
    for (int row = threadIdx.x / EDGE; row < EDGE; row += ROWS) {
        i64 a = s.a + row;
        if (a < m->na && b < m->nb)
            to[m->to + a * m->ta + b * m->tb + s.c * m->tc] = converted(square[threadIdx.x % EDGE][row], by, To());
    }
}

// `moves` has `count` rows; `bases` are the addresses that rows are relative to.
#define MOVE(name, From, To)                                                                                                      \
    KERNEL(name, 7, (const Move* moves, i64 count, u64 base0, u64 base1, u64 base2, u64 base3, u64 factor))                      \
    {                                                                                                                             \
        __shared__ From square[EDGE][EDGE + 1];                                                                                   \
        const Move* m = move_of(moves, count, blockIdx.x);                                                                        \
        const u64 bases[4] = {base0, base1, base2, base3};                                                                        \
        const From* from = (const From*) bases[m->from_base];                                                                     \
        To* to = (To*) bases[m->to_base];                                                                                         \
        const i64 block = blockIdx.x - m->first_block;                                                                            \
        const double by = factor_of(factor);                                                                                      \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            if (m->is_transposed)                                                                                                 \
                load_square(m, block, from, square);                                                                              \
            else                                                                                                                  \
                move_straight(m, block, from, to, by);                                                                            \
        }                                                                                                                         \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            if (m->is_transposed)                                                                                                 \
                store_square(m, block, to, square, by);                                                                           \
        }                                                                                                                         \
    }

MOVE(move_f32, float, float)
MOVE(move_f64, double, double)
MOVE(move_c32, Complex<float>, Complex<float>)
MOVE(move_c64, Complex<double>, Complex<double>)
MOVE(promote_f32, float, Complex<float>)
MOVE(promote_f64, double, Complex<double>)
MOVE(extract_f32, Complex<float>, float)
MOVE(extract_f64, Complex<double>, double)

// ---- Scaling ----

template<typename T> __device__ static inline void scale(T* numbers, i64 count, double by)
{
    for (i64 i = (i64) blockIdx.x * TILE + threadIdx.x; i < count && i < ((i64) blockIdx.x + 1) * TILE; i += THREADS)
        numbers[i] = (T) (numbers[i] * by);
}

KERNEL(scale_f32, 3, (float* numbers, i64 count, u64 factor))
{
    ALL_THREADS { scale(numbers, count, factor_of(factor)); }
}
KERNEL(scale_f64, 3, (double* numbers, i64 count, u64 factor))
{
    ALL_THREADS { scale(numbers, count, factor_of(factor)); }
}

// ---- Products of elements ----

__device__ static inline float product(float x, float y) { return x * y; }
__device__ static inline double product(double x, double y) { return x * y; }
template<typename T> __device__ static inline Complex<T> product(Complex<T> x, Complex<T> y)
{
    Complex<T> z = {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
    return z;
}

#define MULTIPLY(name, Number)                                                                                                    \
    KERNEL(name, 3, (Number* numbers, const Number* others, i64 count))                                                           \
    {                                                                                                                             \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            for (i64 i = (i64) blockIdx.x * TILE + threadIdx.x; i < count && i < ((i64) blockIdx.x + 1) * TILE; i += THREADS)     \
                numbers[i] = product(numbers[i], others[i]);                                                                      \
        }                                                                                                                         \
    }

MULTIPLY(multiply_f32, float)
MULTIPLY(multiply_f64, double)
MULTIPLY(multiply_c32, Complex<float>)
MULTIPLY(multiply_c64, Complex<double>)

// ---- Cosine and sine transforms, as Fourier transforms of folded lines ----

// The numbers of R2rKind.
enum Kind { COS, SIN, COS1, SIN1 };

// Real lines of n numbers in a box: line l begins at first(l), its numbers lie `stride` apart. Complex lines are two real ones each.
struct Lines {
    i64 n, stride, parts, nb, sb, sc;
};

__device__ static inline i64 first_of(const Lines& lines, i64 line)
{
    i64 rest = line / lines.parts, part = line - rest * lines.parts;
    i64 c = rest / lines.nb;
    return part + (rest - c * lines.nb) * lines.sb + c * lines.sc;
}

// exp(i pi p / q)
__device__ static inline Complex<double> turn(i64 p, i64 q)
{
    Complex<double> w;
    sincospi((double) p / (double) q, &w.im, &w.re);
    return w;
}

// Number j of the folded line of a transform whose lines become real ones.
template<typename T> __device__ static inline T folded(const T* x, const Lines& l, int kind, i64 j)
{
    const i64 n = l.n, s = l.stride;
    if (kind == COS || kind == SIN) {
        // Even places up, odd places down; a sine transform is a cosine transform with every other sign changed.
        bool is_odd = j >= (n + 1) / 2;
        i64 place = is_odd ? 2 * (n - 1 - j) + 1 : 2 * j;
        T value = x[place * s];
        return kind == SIN && is_odd ? -value : value;
    }
    if (kind == COS1)
        return x[(j < n ? j : 2 * (n - 1) - j) * s];
    if (j == 0 || j == n + 1)
        return (T) 0;
    return j <= n ? x[(j - 1) * s] : -x[(2 * n + 1 - j) * s];
}

// Number k of the result, from the half spectrum v of a folded line.
template<typename T> __device__ static inline double unfolded(const Complex<T>* v, i64 n, int kind, i64 k)
{
    if (kind == COS1)
        return v[k].re;
    if (kind == SIN1)
        return -v[k + 1].im;
    if (kind == SIN)
        k = n - 1 - k;
    Complex<double> w = turn(k, 2 * n);
    if (k <= n / 2)
        return 2 * (v[k].re * w.re + v[k].im * w.im);
    return 2 * (v[n - k].re * w.re - v[n - k].im * w.im);
}

// Number k of the half spectrum of which the inverse of a cosine or sine transform is the real transform.
template<typename T> __device__ static inline Complex<T> folded_back(const T* x, const Lines& l, int kind, i64 k)
{
    const i64 n = l.n, s = l.stride;
    i64 at = k, mirror = n - k;
    if (kind == SIN) {
        at = n - 1 - k;
        mirror = k - 1;
    }
    double a = x[at * s], b = k == 0 ? 0 : x[mirror * s];
    Complex<double> w = turn(k, 2 * n);
    Complex<T> v = {(T) (w.re * a + w.im * b), (T) (w.im * a - w.re * b)};
    return v;
}

// Number j of the result of that inverse, from the real line v.
template<typename T> __device__ static inline T unfolded_back(const T* v, i64 n, int kind, i64 j)
{
    T value = v[j % 2 ? n - 1 - j / 2 : j / 2];
    return kind == SIN && j % 2 ? -value : value;
}

// Calls `body` for each number of each of `count` lines of `len` numbers.
#define EACH_NUMBER(len, count, body)                                                                                             \
    for (i64 i = (i64) blockIdx.x * TILE + threadIdx.x; i < (len) * (count) && i < ((i64) blockIdx.x + 1) * TILE; i += THREADS) { \
        i64 line = i / (len), j = i - line * (len);                                                                               \
        body;                                                                                                                     \
    }

// Lines of `len` numbers, one after the other, and the lines of a box.
#define PARAMETERS(Box, Folded)                                                                                                   \
    (Box box, Folded lines_, i64 len, i64 count, i64 n, i64 stride, i64 parts, i64 nb, i64 sb, i64 sc, i64 kind, u64 factor)
#define LINES const Lines l = {n, stride, parts, nb, sb, sc};

#define FOLDS(suffix, T)                                                                                                          \
    KERNEL(fold_##suffix, 12, PARAMETERS(const T*, T*))                                                                           \
    {                                                                                                                             \
        LINES                                                                                                                     \
        const double by = factor_of(factor);                                                                                      \
        ALL_THREADS { EACH_NUMBER(len, count, lines_[i] = (T) (by * folded(box + first_of(l, line), l, (int) kind, j))) }         \
    }                                                                                                                             \
    KERNEL(unfold_##suffix, 12, PARAMETERS(T*, const Complex<T>*))                                                                \
    {                                                                                                                             \
        LINES                                                                                                                     \
        const double by = factor_of(factor);                                                                                      \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            EACH_NUMBER(n, count,                                                                                                 \
                        box[first_of(l, line) + j * stride] = (T) (by * unfolded(lines_ + line * len, n, (int) kind, j)))         \
        }                                                                                                                         \
    }                                                                                                                             \
    KERNEL(fold_back_##suffix, 12, PARAMETERS(const T*, Complex<T>*))                                                             \
    {                                                                                                                             \
        LINES                                                                                                                     \
        const double by = factor_of(factor);                                                                                      \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            EACH_NUMBER(len, count,                                                                                               \
                        lines_[i] = converted(folded_back(box + first_of(l, line), l, (int) kind, j), by, Complex<T>()))          \
        }                                                                                                                         \
    }                                                                                                                             \
    KERNEL(unfold_back_##suffix, 12, PARAMETERS(T*, const T*))                                                                    \
    {                                                                                                                             \
        LINES                                                                                                                     \
        const double by = factor_of(factor);                                                                                      \
        ALL_THREADS                                                                                                               \
        {                                                                                                                         \
            EACH_NUMBER(n, count,                                                                                                 \
                        box[first_of(l, line) + j * stride] = (T) (by * unfolded_back(lines_ + line * len, n, (int) kind, j)))    \
        }                                                                                                                         \
    }

FOLDS(f32, float)
FOLDS(f64, double)
