"""The tables of conversations, messages and generations."""

import django.db.models.deletion
import django.db.models.functions.datetime
import mesh.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('update_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ConversationRequest',
            fields=[
                ('pk', models.CompositePrimaryKey('owner_id', 'request_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('body_hash', models.BinaryField(max_length=32)),
                ('conversation_id', models.UUIDField()),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Generation',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('body_hash', models.BinaryField(max_length=32)),
                ('config', models.JSONField()),
                ('prompt_version', models.CharField(blank=True, max_length=100)),
                ('start_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('last_sequence', models.BigIntegerField(default=0)),
                ('text_length', models.BigIntegerField(default=0)),
                ('epoch', models.BigIntegerField(default=1)),
                ('gateway_endpoint', models.TextField()),
                ('worker_endpoint', models.TextField(blank=True)),
                ('lease_duration', models.DurationField()),
                ('lease_expires', models.DateTimeField()),
                ('state', models.PositiveSmallIntegerField(choices=[(1, 'Generating'), (2, 'Complete'), (3, 'Cancelled'), (4, 'Interrupted'), (5, 'Failed')], default=1)),
                ('end_time', models.DateTimeField(null=True)),
                ('model', models.TextField(blank=True)),
                ('provider', models.TextField(blank=True)),
                ('finish_reason', models.PositiveSmallIntegerField(default=0)),
                ('prompt_tokens', models.BigIntegerField(null=True)),
                ('output_tokens', models.BigIntegerField(null=True)),
                ('time_to_first_token', models.DurationField(null=True)),
                ('duration', models.DurationField(null=True)),
                ('failure', models.BinaryField(null=True)),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.conversation')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='GenerationDelta',
            fields=[
                ('pk', models.CompositePrimaryKey('generation_id', 'text_offset', 'owner_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('text_offset', models.BigIntegerField()),
                ('text', models.TextField()),
                ('last_sequence', models.BigIntegerField()),
                ('generation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.generation')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.PositiveSmallIntegerField(choices=[(1, 'User'), (2, 'Assistant')])),
                ('text', models.TextField(blank=True)),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.conversation')),
                ('generation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.generation')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='chat.message')),
            ],
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['owner', '-update_time', '-id'], name='chat_conversation_recent'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('id', 'owner'), name='chat_conversation_id_owner'),
        ),
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(fields=['conversation'], name='chat_generation_conversation'),
        ),
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(condition=models.Q(('state', 1)), fields=['conversation', 'id'], name='chat_generation_running'),
        ),
        migrations.AddConstraint(
            model_name='generation',
            constraint=models.UniqueConstraint(fields=('owner', 'request_id'), name='chat_generation_once'),
        ),
        migrations.AddConstraint(
            model_name='generation',
            constraint=models.UniqueConstraint(fields=('id', 'owner'), name='chat_generation_id_owner'),
        ),
        migrations.AddConstraint(
            model_name='generation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 2, 3, 4, 5])), name='chat_generation_state'),
        ),
        migrations.AddConstraint(
            model_name='generation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_time__isnull', True), ('state', 1)), models.Q(models.Q(('state', 1), _negated=True), ('end_time__isnull', False)), _connector='OR'), name='chat_generation_ended'),
        ),
        migrations.AddConstraint(
            model_name='generation',
            constraint=models.CheckConstraint(condition=models.Q(('epoch__gte', 1)), name='chat_generation_epoch'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['parent'], name='chat_message_parent'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('conversation', 'id'), name='chat_message_conversation_id'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('generation', 'owner'), name='chat_message_generation_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', [1, 2])), name='chat_message_role'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role', 2), ('generation__isnull', True), _connector='OR'), name='chat_message_question_has_no_generation'),
        ),
    ]
