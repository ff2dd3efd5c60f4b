/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_svg.h - the catchment as a picture.
 */
#ifndef ANYNS_PROBE_PROBE_SVG_H
#define ANYNS_PROBE_PROBE_SVG_H

#include <stdio.h>

#include "probe/probe_catchment.h"

/*
 * Writes an SVG document: a bar for each series, time from left to right, a colour (and from the
 * eighth on a pattern, too) for each instance, loss in black. The catchment is finished.
 */
void probe_svg_write(FILE *stream, const struct probe_catchment *catchment);

#endif
