/* SPDX-License-Identifier: Apache-2.0 */
#include "store/asker.h"

#include "core/organisation.h"

bool asker_takes_part(struct dossier *dossier, const struct reader *by)
{
	return by->kind != READER_ORGANISATION || dossier_takes_part(dossier, by->organisation, ENT_ABSENT);
}

bool asker_is_person(struct job *job)
{
	if (job->ask.by.ref.n)
		return true;
	job_refuse(job, JOB_DENIED, "ask.person",
		   "Only a person does this. Sign in, or show a token that stands for a person (entente token add NAME "
		   "--account REF)");
	return false;
}

bool asker_wrote(const struct reader *by, const struct supplier_set *suppliers, const struct comment *known)
{
	struct ent_str ours = organisation_ours(suppliers), wrote = known->author.organisation;

	return sdk_eq(wrote.n ? wrote : ours, by->kind == READER_ORGANISATION ? by->organisation : ours);
}
