/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct keeper {
	char *directory;
	struct log *log;
	void (*written)(void *);
	void *context;
	pthread_t thread;
	bool started;
	bool complained; /* the keeper's own: one line per time of trouble */

	pthread_mutex_t lock;
	pthread_cond_t change;
	struct state state; /* the latest put */
	uint64_t put;       /* its ticket; the first is 1 */
	uint64_t done;
	bool stop;
};

static void
write_state(struct keeper *k, const struct state *state)
{
	char text[STATE_TEXT_MAX];
	size_t size = state_format(state, text);

	if (state_write(k->directory, text, size)) {
		if (k->complained)
			log_notice(k->log, "%s: the state of the gates is saved again",
				   k->directory);
		k->complained = false;
	} else if (!k->complained) {
		log_error(k->log,
			  "%s: cannot save the state of the gates (%s); a restart now would forget "
			  "drains and penalties; check space, owner and mode of the folder",
			  k->directory, strerrordesc_np(errno));
		k->complained = true;
	}
}

static void *
run(void *argument)
{
	struct keeper *k = argument;

	pthread_mutex_lock(&k->lock);
	for (;;) {
		while (k->done == k->put && !k->stop)
			pthread_cond_wait(&k->change, &k->lock);
		if (k->done == k->put)
			break;
		struct state state = k->state;
		uint64_t ticket = k->put;
		pthread_mutex_unlock(&k->lock);
		write_state(k, &state);
		pthread_mutex_lock(&k->lock);
		k->done = ticket;
		pthread_mutex_unlock(&k->lock);
		k->written(k->context);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

struct keeper *
keeper_new(const char *directory, struct log *log, void (*written)(void *), void *context)
{
	struct keeper *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->directory = strdup(directory);
	if (!k->directory) {
		free(k);
		return NULL;
	}
	k->log = log;
	k->written = written;
	k->context = context;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->change, NULL);
	return k;
}

int
keeper_start(struct keeper *k)
{
	int error = pthread_create(&k->thread, NULL, run, k);

	if (error == 0) {
		k->started = true;
		pthread_setname_np(k->thread, "anyns-state");
	}
	return error;
}

uint64_t
keeper_put(struct keeper *k, const struct state *state)
{
	pthread_mutex_lock(&k->lock);
	k->state = *state;
	uint64_t ticket = ++k->put;
	pthread_cond_signal(&k->change);
	pthread_mutex_unlock(&k->lock);
	return ticket;
}

bool
keeper_done(struct keeper *k, uint64_t ticket)
{
	pthread_mutex_lock(&k->lock);
	bool done = k->done >= ticket;
	pthread_mutex_unlock(&k->lock);
	return done;
}

void
keeper_stop(struct keeper *k)
{
	if (!k->started)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->change);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	k->started = false;
}

void
keeper_free(struct keeper *k)
{
	if (!k)
		return;
	pthread_cond_destroy(&k->change);
	pthread_mutex_destroy(&k->lock);
	free(k->directory);
	free(k);
}
