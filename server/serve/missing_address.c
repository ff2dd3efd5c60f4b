/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/missing_address.h"

#include "health/presence.h"
#include "net/socket.h"

void
missing_address_tell(const struct config *config, struct log *log)
{
	struct presence presence;
	const char *first = NULL;
	size_t absent = 0;

	if (!presence_open(&presence))
		return;
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_address *address = &config->listen[i];
		if (socket_is_wildcard(address) ||
		    presence_check(&presence, address) != PRESENCE_ABSENT)
			continue;
		first = first ? first : address->text;
		absent++;
	}
	presence_close(&presence);
	if (absent)
		log_notice(log,
			   "%zu of %zu addresses of `listen:` are not on this machine, the first "
			   "of them %s: nobody reaches us there until it has them; add them "
			   "(`ip address add`), or correct `listen:`",
			   absent, config->listen_count, first);
}
