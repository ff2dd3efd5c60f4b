/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/setup.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/config.h"
#include "anyns/dns.h"
#include "anyns/wire.h"

static void
set_text(struct setup_text *text, const char *string, size_t longest)
{
	size_t size = string ? size_min(strlen(string), longest) : 0;
	text->size = string ? 1 + size : 0;
	text->rdata[0] = (uint8_t)size;
	if (string)
		memcpy(text->rdata + 1, string, size);
}

static void
set_opt(struct answer_setup *setup)
{
	struct wire_writer w = wire_writer(setup->opt, sizeof setup->opt);
	/* NSID's data is the text itself: the TXT RDATA without its length byte. */
	size_t size = setup->instance.size ? setup->instance.size - 1 : 0;

	wire_put_u8(&w, 0); /* owner: the root */
	wire_put_u16(&w, DNS_TYPE_OPT);
	wire_put_u16(&w, (uint16_t)setup->udp_size);
	wire_put_u32(&w, 0); /* upper rcode, version, flags */
	wire_put_u16(&w, 0); /* RDLENGTH */
	wire_put_u16(&w, EDNS_OPTION_NSID);
	wire_put_u16(&w, (uint16_t)size);
	wire_put_bytes(&w, setup->instance.rdata + 1, size);
	setup->opt_size = w.at;
}

static void
add_key(struct cookie_keys *cookies, bool set, const uint8_t *key)
{
	if (set)
		memcpy(cookies->keys[cookies->count++], key, COOKIE_KEY);
}

struct answer_setup *
answer_setup_new(const struct config *config, const uint8_t *fallback_secret, struct report *report)
{
	struct answer_setup *setup = calloc(1, sizeof *setup);
	if (!setup) {
		report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path}, NULL,
			     "cannot prepare answers");
		return NULL;
	}
	set_text(&setup->instance, config->instance, SETUP_INSTANCE_MAX);
	set_text(&setup->version, config->version, SETUP_TEXT_MAX);
	setup->udp_size = config->udp_size;
	set_opt(setup);
	/* The first key makes cookies; a configuration without an active one has none at all. */
	add_key(&setup->cookies, true,
		config->secret_active.set ? config->secret_active.key : fallback_secret);
	add_key(&setup->cookies, config->secret_staged.set, config->secret_staged.key);
	add_key(&setup->cookies, config->secret_retired.set, config->secret_retired.key);
	return setup;
}

void
answer_setup_free(struct answer_setup *setup)
{
	if (!setup)
		return;
	OPENSSL_cleanse(setup, sizeof *setup);
	free(setup);
}
