#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Makes in a fresh RT what connectors/rt/README.md tells an administrator to click: our user with no more rights than it
# needs and a token, the custom field for our number; and David, who works there. Prints a token of each.
use strict;
use warnings;
use lib '/usr/local/share/request-tracker5/lib', '/usr/share/request-tracker5/lib';
use RT -init;
use RT::AuthToken;
use RT::CustomField;

my $queue = RT::Queue->new(RT->SystemUser);
$queue->Load('General') or die 'no queue General';

sub person {
	my ($name, $real, $password) = @_;
	my $user = RT::User->new(RT->SystemUser);
	my ($ok, $why) = $user->Create(Name => $name, RealName => $real, EmailAddress => "$name\@live.test",
		Password => $password, Privileged => 1);
	die "user $name: $why" unless $ok;
	return $user;
}

sub grant {
	my ($user, $object, @rights) = @_;
	for my $right (@rights) {
		my ($ok, $why) = $user->PrincipalObj->GrantRight(Right => $right, Object => $object);
		die "right $right: $why" unless $ok;
	}
}

my $field = RT::CustomField->new(RT->SystemUser);
my ($ok, $why) = $field->Create(Name => 'Incident', LookupType => 'RT::Queue-RT::Ticket', Type => 'FreeformSingle');
die "custom field: $why" unless $ok;
($ok, $why) = $field->AddToObject($queue);
die "custom field: $why" unless $ok;

my $ours = person('entente', 'Entente', 'not-used-not-used');
grant($ours, $queue, qw(SeeQueue ShowTicket ShowTicketComments CreateTicket ReplyToTicket CommentOnTicket ModifyTicket
	SeeCustomField ModifyCustomField SetInitialCustomField));
my $david = person('david', 'David', 'david-password');
grant($david, RT->System, 'SuperUser');

for my $user ($ours, $david) {
	my $token = RT::AuthToken->new(RT->SystemUser);
	($ok, $why, my $auth) = $token->Create(Owner => $user->id, Description => 'live');
	die "token: $why" unless $ok;
	print uc $user->Name, "=$auth\n";
}
