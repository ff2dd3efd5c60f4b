/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.c - files in memory without reading them, and what happens when they shrink.
 *
 * A page of a mapped file that is no longer there, because somebody cut the file short or the disk
 * broke, gives SIGBUS, which ends the process: a mistake with `cp` would take the name service
 * down. A private copy would prevent that and cost what mapping saves. So the signal is caught, the
 * missing page becomes one of zeros, and a flag tells all readers that what they read is not to be
 * trusted: they answer SERVFAIL, and the server goes back to what it can still load.
 */
#include "image/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/format.h"

/* Old and new image, an image cache, and what a slow reader still holds of earlier ones. */
enum { SLOTS = 64 };

/*
 * What is mapped where. A signal handler gets an address and nothing else, so this, unlike all
 * other state, belongs to the process; it is never freed, so that the handler can always read it.
 */
static struct slot {
	atomic_uintptr_t start; /* 0: unused; SLOT_TAKEN: not mapped yet */
	atomic_size_t size;
	atomic_bool lost;
} slots[SLOTS];

#define SLOT_TAKEN UINTPTR_MAX

struct mapping {
	atomic_uint references;
	struct slot *slot;
	uint8_t *bytes;
	size_t size;
	size_t room;              /* bytes of address space: the file's pages and the spare ones */
	int fd;                   /* the same file, whatever has its name by now */
	struct timespec modified; /* as it was seen last */
	bool told_lost;
	atomic_bool suspect;
};

static struct slot *
slot_of(uintptr_t at)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uintptr_t start = atomic_load(&slots[i].start);
		if (start && start != SLOT_TAKEN && at - start < atomic_load(&slots[i].size))
			return &slots[i];
	}
	return NULL;
}

/* Only what is safe in a handler: atomics, and mmap() as a bare system call. */
static void
on_fault(int number, siginfo_t *info, void *context)
{
	int error = errno;
	uintptr_t at = (uintptr_t)info->si_addr;
	struct slot *slot = slot_of(at);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)context;
	if (slot) {
		/* Before the zeros can be read, by this thread or another. */
		atomic_store(&slot->lost, true);
		void *place = (void *)(at & ~(uintptr_t)(page - 1)); // NOLINT
		if (mmap(place, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		    MAP_FAILED) {
			errno = error;
			return;
		}
	}
	/* Not ours: the same instruction faults again and ends the process as it should. */
	signal(number, SIG_DFL);
	errno = error;
}

/* With every mapping anew: whoever took the signal since may not have known what depends on it. */
static void
guard(void)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};

	action.sa_sigaction = on_fault;
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGBUS, &action, NULL);
}

static struct slot *
take_slot(void)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uintptr_t unused = 0;
		if (atomic_compare_exchange_strong(&slots[i].start, &unused, SLOT_TAKEN))
			return &slots[i];
	}
	errno = EMFILE;
	return NULL;
}

/*
 * The file with spare pages of zeros behind it, which cost address space and nothing else: whoever
 * is writing to the file may make a reader go too far between its look at a size and its use.
 */
static void *
map_with_spare(int fd, size_t size, size_t room)
{
	void *bytes = room < size ? MAP_FAILED
				  : mmap(NULL, room, PROT_READ,
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (bytes == MAP_FAILED ||
	    mmap(bytes, size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED)
		return bytes;
	int error = errno;
	munmap(bytes, room);
	errno = error;
	return MAP_FAILED;
}

static bool
map(struct mapping *mapping, int fd, size_t size)
{
	struct stat status;
	size_t room = align_up(size, (size_t)sysconf(_SC_PAGESIZE)) + IMAGE_SPARE;
	void *bytes = map_with_spare(fd, size, room);

	if (bytes == MAP_FAILED)
		return false;
	mapping->room = room;
	mapping->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (mapping->fd < 0 || fstat(fd, &status) < 0) {
		munmap(bytes, room);
		return false;
	}
	mapping->modified = status.st_mtim;
	guard();
	mapping->bytes = bytes;
	mapping->size = size;
	atomic_store(&mapping->slot->lost, false);
	atomic_store(&mapping->slot->size, size);
	atomic_store(&mapping->slot->start, (uintptr_t)bytes);
	return true;
}

struct mapping *
mapping_new(int fd, size_t size)
{
	struct mapping *mapping = malloc(sizeof *mapping);
	if (!mapping)
		return NULL;
	atomic_init(&mapping->references, 1);
	atomic_init(&mapping->suspect, false);
	mapping->told_lost = false;
	mapping->fd = -1;
	mapping->slot = take_slot();
	if (mapping->slot && map(mapping, fd, size))
		return mapping;
	int error = errno;
	if (mapping->fd >= 0)
		close(mapping->fd);
	if (mapping->slot)
		atomic_store(&mapping->slot->start, 0);
	free(mapping);
	errno = error;
	return NULL;
}

const uint8_t *
mapping_bytes(const struct mapping *mapping)
{
	return mapping->bytes;
}

size_t
mapping_size(const struct mapping *mapping)
{
	return mapping->size;
}

struct mapping *
mapping_share(struct mapping *mapping)
{
	atomic_fetch_add_explicit(&mapping->references, 1, memory_order_relaxed);
	return mapping;
}

void
mapping_release(struct mapping *mapping)
{
	/* acq_rel: whoever unmaps must see all that others did with it before they let go. */
	if (!mapping ||
	    atomic_fetch_sub_explicit(&mapping->references, 1, memory_order_acq_rel) != 1)
		return;
	munmap(mapping->bytes, mapping->room);
	close(mapping->fd);
	atomic_store(&mapping->slot->start, 0);
	free(mapping);
}

const atomic_bool *
mapping_lost(const struct mapping *mapping)
{
	return &mapping->slot->lost;
}

bool
mapping_changed(struct mapping *mapping)
{
	struct stat status = {0};
	bool cut = fstat(mapping->fd, &status) < 0 || (uint64_t)status.st_size < mapping->size;
	if (cut)
		atomic_store(&mapping->slot->lost, true);
	bool lost = atomic_load(&mapping->slot->lost);
	bool news = lost != mapping->told_lost ||
		    status.st_mtim.tv_sec != mapping->modified.tv_sec ||
		    status.st_mtim.tv_nsec != mapping->modified.tv_nsec;
	mapping->told_lost = lost;
	mapping->modified = status.st_mtim;
	if (news)
		atomic_store(&mapping->suspect, true);
	return news;
}

bool
mapping_suspect(const struct mapping *mapping)
{
	return atomic_load(&mapping->suspect);
}
