// Memory of devices: files in memory that the program itself cannot read or write.
#include "parts.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stand_in {

enum class Kind { DEVICE, PINNED, OPENED };

struct Allocation {
    Kind kind;
    int device;
    size_t size;
    /// The pages of the file, between two that nobody may touch.
    char *pages;
    size_t length;
    int file;
    /// Of the file: by what an allocation of another process is known again.
    ino_t number;
    int opened = 0;

    bool is_on_device() const { return kind != Kind::PINNED; }
};

/// What an IPC handle holds.
struct Passport {
    char magic[8];
    int64_t process, file;
    uint64_t number, size, offset, length;
};
static_assert(sizeof(Passport) <= sizeof(IpcHandle), "64 bytes are all there is");
constexpr char PASSPORT_MAGIC[8] = {'h', 'e', 'f', 'f', 't', 'e', '-', 'm'};

static std::map<Address, Allocation> &allocations() {
    static auto &all = *new std::map<Address, Allocation>;
    return all;
}

/// The allocation that an address lies in.
static std::pair<const Address, Allocation> *at(Address address) {
    auto after = allocations().upper_bound(address);
    if (after == allocations().begin()) return nullptr;
    auto &found = *--after;
    return address - found.first < found.second.size ? &found : nullptr;
}

static size_t page() { return size_t(sysconf(_SC_PAGESIZE)); }
static size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

/// Whether MPI is to carry memory of devices: then it may be touched.
static bool is_open() {
    static bool open = number_of("HEFFTE_STAND_IN_AWARE", 0);
    return open;
}

/// What Open MPI answers: whether it carries the memory of devices. It is asked of the whole program, so this library has to be preloaded.
extern "C" int MPIX_Query_cuda_support(void) { return is_open(); }
extern "C" int MPIX_Query_rocm_support(void) { return is_open(); }

static void protect(const Allocation &allocation, int protection) {
    if (!is_open() && mprotect(allocation.pages, allocation.length, protection)) die("mprotect failed");
}

static void protect_all(int protection) {
    for (const auto &[address, allocation] : allocations())
        if (allocation.is_on_device()) protect(allocation, protection);
}

Unprotected::Unprotected() { protect_all(PROT_READ | PROT_WRITE); }
Unprotected::~Unprotected() { protect_all(PROT_NONE); }

/// Maps the file of an allocation between two pages that nobody may touch.
static bool map_between_guards(Allocation &allocation) {
    size_t guard = page();
    void *room = mmap(nullptr, allocation.length + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return false;
    allocation.pages = static_cast<char *>(room) + guard;
    void *pages = mmap(allocation.pages, allocation.length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, allocation.file, 0);
    if (pages != MAP_FAILED) return true;
    munmap(room, allocation.length + 2 * guard);
    return false;
}

static void unmap(const Allocation &allocation) {
    munmap(allocation.pages - page(), allocation.length + 2 * page());
    close(allocation.file);
}

/// Makes an allocation that ends where its pages end, so that who goes beyond it crashes.
static Result make(Kind kind, Address *address, size_t size) {
    Allocation made{kind, current_device(), size, nullptr, round_up(size, page()), -1, 0};
    made.file = memfd_create("heffte stand-in", MFD_CLOEXEC);
    if (made.file < 0) return OUT_OF_MEMORY;
    struct stat status;
    if (ftruncate(made.file, off_t(made.length)) || fstat(made.file, &status) || !map_between_guards(made)) {
        close(made.file);
        return OUT_OF_MEMORY;
    }
    made.number = status.st_ino;
    std::memset(made.pages, GARBAGE, made.length);
    if (made.is_on_device()) protect(made, PROT_NONE);
    // The vendors align what they give to 256 bytes.
    *address = Address(made.pages) + made.length - round_up(size, 256);
    live[kind == Kind::DEVICE ? MEMORY : PINNED]++;
    allocations().emplace(*address, made);
    return SUCCESS;
}

static Result unmake(Kind kind, Address address) {
    if (!address) return SUCCESS;
    auto found = allocations().find(address);
    if (found == allocations().end() || found->second.kind != kind) return INVALID_VALUE;
    finish_all_work();
    // Other processes that still have it open are to crash rather than read what is stale.
    if (ftruncate(found->second.file, 0)) die("ftruncate failed");
    unmap(found->second);
    allocations().erase(found);
    live[kind == Kind::DEVICE ? MEMORY : PINNED]--;
    return SUCCESS;
}

Result memory_info(size_t *free, size_t *total) {
    if (!free || !total) return INVALID_VALUE;
    *free = *total = size_t(number_of("HEFFTE_STAND_IN_MEMORY", 16L << 30));
    for (const auto &[address, allocation] : allocations())
        if (allocation.kind == Kind::DEVICE && allocation.device == current_device()) *free -= allocation.size;
    return SUCCESS;
}

Result allocate(Vendor vendor, Address *address, size_t size) {
    if (!address) return INVALID_VALUE;
    if (!size) {
        if (vendor == Vendor::CUDA) return INVALID_VALUE;
        *address = 0;
        return SUCCESS;
    }
    size_t free, total;
    memory_info(&free, &total);
    return size > free ? OUT_OF_MEMORY : make(Kind::DEVICE, address, size);
}

Result release(Address address) { return unmake(Kind::DEVICE, address); }

Result allocate_pinned(Address *address, size_t size) {
    return address && size ? make(Kind::PINNED, address, size) : INVALID_VALUE;
}

Result release_pinned(Address address) { return unmake(Kind::PINNED, address); }

bool is_on_device(Address address, size_t size) {
    auto *found = at(address);
    return found && found->second.is_on_device() && size <= found->second.size - (address - found->first);
}

/// Whether `size` bytes are memory that the host may touch: none of them a device's, and no end of pinned memory within.
static bool is_on_host(Address address, size_t size) {
    if (!address || address + size < address) return false;
    auto *found = at(address);
    if (found) return !found->second.is_on_device() && size <= found->second.size - (address - found->first);
    auto after = allocations().lower_bound(address);
    return after == allocations().end() || after->first >= address + size;
}

bool is_of_host_alone(Address address) {
    // Below and above lie numbers, not addresses of this process.
    if (address < Address(1) << 40 || address >= Address(1) << 47) return false;
    // The end of an allocation is a legitimate address of no bytes.
    if (at(address) || at(address - 1)) return false;
    unsigned char present;
    return mincore(reinterpret_cast<void *>(address / page() * page()), 1, &present) == 0;
}

static bool is_side(Address address, size_t size, Side side) {
    bool device = side != Side::HOST && is_on_device(address, size);
    return device || (side != Side::DEVICE && is_on_host(address, size));
}

Result copy(Address to, Side to_side, Address from, Side from_side, size_t size, uint64_t stream) {
    if (!is_stream_here(stream)) return INVALID_HANDLE;
    if (!size) return SUCCESS;
    if (!is_side(to, size, to_side) || !is_side(from, size, from_side)) return INVALID_VALUE;
    return submit(stream, [=] {
        Unprotected unprotected;
        std::memmove(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from), size);
    });
}

Result copy_now(Address to, Address from, size_t size) {
    Result result = copy(to, Side::ANY, from, Side::ANY, size, 0);
    return result == SUCCESS ? synchronize_stream(0) : result;
}

Result fill(Address to, unsigned char value, size_t size, uint64_t stream) {
    if (!is_stream_here(stream)) return INVALID_HANDLE;
    if (!size) return SUCCESS;
    if (!is_on_device(to, size)) return INVALID_VALUE;
    return submit(stream, [=] {
        Unprotected unprotected;
        std::memset(reinterpret_cast<void *>(to), value, size);
    });
}

Result pointer_attribute(Vendor vendor, void *data, int attribute, Address address) {
    auto *found = at(address);
    if (!data || !found) return INVALID_VALUE;
    const Allocation &allocation = found->second;
    uint64_t value;
    size_t width = sizeof(int);
    switch (attribute) {
    case 2: value = allocation.is_on_device() ? 2 : 1; break;
    case 8: // no memory here is managed
        value = 0;
        if (vendor == Vendor::HIP) width = sizeof(bool);
        break;
    case 9: value = uint64_t(allocation.device); break;
    case 11:
        value = found->first;
        width = sizeof(Address);
        break;
    case 12: // HIP writes the lower half alone
        value = allocation.size;
        if (vendor == Vendor::CUDA) width = sizeof(size_t);
        break;
    default: return NOT_SUPPORTED;
    }
    std::memcpy(data, &value, width);
    return SUCCESS;
}

Result get_handle(IpcHandle *handle, Address address) {
    auto *found = at(address);
    if (!handle || !found || found->second.kind != Kind::DEVICE) return INVALID_VALUE;
    const Allocation &own = found->second;
    Passport passport{{},         getpid(), own.file, own.number, own.size, found->first - Address(own.pages),
                      own.length};
    std::memcpy(passport.magic, PASSPORT_MAGIC, sizeof PASSPORT_MAGIC);
    std::memset(handle, 0, sizeof *handle);
    std::memcpy(handle, &passport, sizeof passport);
    return SUCCESS;
}

/// Opens the file of another process; -1 where it is not, or no longer, what the handle was made of.
static int open_file(const Passport &passport) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)passport.process, (long long)passport.file);
    int file = ::open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    bool is_same = file >= 0 && !fstat(file, &status) && status.st_ino == passport.number && uint64_t(status.st_size) == passport.length;
    if (!is_same && file >= 0) close(file);
    return is_same ? file : -1;
}

Result open_handle(Address *address, IpcHandle handle, unsigned flags) {
    Passport passport;
    std::memcpy(&passport, &handle, sizeof passport);
    bool is_ours = !std::memcmp(passport.magic, PASSPORT_MAGIC, sizeof PASSPORT_MAGIC);
    // The vendors know of one flag, which has to be there.
    if (!address || flags != 1 || !is_ours) return INVALID_VALUE;
    if (passport.process == getpid()) return INVALID_CONTEXT;
    live[IPC]++;
    for (auto &[start, allocation] : allocations())
        if (allocation.kind == Kind::OPENED && allocation.number == passport.number) {
            allocation.opened++;
            *address = start;
            return SUCCESS;
        }
    Allocation opened{Kind::OPENED, current_device(), passport.size, nullptr, passport.length, open_file(passport), passport.number, 1};
    if (opened.file < 0 || !map_between_guards(opened)) {
        live[IPC]--;
        return INVALID_VALUE;
    }
    protect(opened, PROT_NONE);
    *address = Address(opened.pages) + passport.offset;
    allocations().emplace(*address, opened);
    return SUCCESS;
}

Result close_handle(Address address) {
    auto found = allocations().find(address);
    if (found == allocations().end() || found->second.kind != Kind::OPENED) return INVALID_VALUE;
    live[IPC]--;
    if (--found->second.opened) return SUCCESS;
    finish_all_work();
    unmap(found->second);
    allocations().erase(found);
    return SUCCESS;
}

} // namespace stand_in
