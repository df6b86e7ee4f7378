# SPDX-License-Identifier: Apache-2.0
# Makes in a fresh Redmine what connectors/redmine/README.md tells an administrator to click: REST on, our user with a
# role that may do no more than it needs, the custom field for our number; and David, who works there. Prints both API keys.
Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?
Setting.rest_api_enabled = 1
Setting.default_language = 'en'
Setting.notified_events = []

project = Project.create!(name: 'Live', identifier: 'live', is_public: false, trackers: Tracker.all,
                          enabled_module_names: %w[issue_tracking])
field = IssueCustomField.create!(name: 'Incident', field_format: 'string', is_filter: true, is_for_all: true,
                                 trackers: Tracker.all, searchable: true)

def person(login, first, last, admin)
  user = User.new(firstname: first, lastname: last, mail: "#{login}@live.test", language: 'en', admin: admin)
  user.login = login
  user.password = user.password_confirmation = "#{login}-password"
  user.save!
  user
end

role = Role.create!(name: 'Entente', issues_visibility: 'all',
                    permissions: %i[view_issues add_issues edit_issues add_issue_notes view_private_notes set_notes_private])
# any status from any status: what a supplier's workflow forbids is tested apart
Tracker.all.each do |tracker|
  IssueStatus.all.each do |from|
    IssueStatus.all.each do |to|
      WorkflowTransition.create!(tracker: tracker, role: role, old_status: from, new_status: to) if from != to
    end
  end
end
entente = person('entente', 'Entente', 'Broker', false)
Member.create!(project: project, user: entente, roles: [role])
david = person('david', 'David', 'Redmine', true)
puts "FIELD=#{field.id}", "ENTENTE=#{entente.api_key}", "DAVID=#{david.api_key}"
