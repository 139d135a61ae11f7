"""The tables of documents, their text, their uploads and collections."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import mesh.ids
import pgvector.django.halfvec
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('name_key', models.CharField(max_length=400)),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('update_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=255)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('media_type', models.CharField(blank=True, max_length=200)),
                ('size_bytes', models.BigIntegerField(db_default=0)),
                ('content_sha256', models.BinaryField(max_length=32, null=True)),
                ('storage_name', models.TextField(blank=True)),
                ('source_url', models.TextField(blank=True)),
                ('state', models.PositiveSmallIntegerField(choices=[(1, 'Queued'), (2, 'Processing'), (3, 'Ready'), (4, 'Failed'), (5, 'Cancelled')], db_default=1)),
                ('attempt', models.IntegerField(db_default=1)),
                ('phase', models.PositiveSmallIntegerField(choices=[(0, 'Unspecified'), (1, 'Fetching'), (2, 'Reading'), (3, 'Embedding'), (4, 'Storing')], db_default=0)),
                ('pages_read', models.IntegerField(db_default=0)),
                ('page_count', models.IntegerField(db_default=0)),
                ('chunks_embedded', models.IntegerField(db_default=0)),
                ('chunk_count', models.IntegerField(db_default=0)),
                ('language', models.CharField(blank=True, max_length=35)),
                ('failed_page_count', models.IntegerField(db_default=0)),
                ('failure', models.BinaryField(null=True)),
                ('is_seed', models.BooleanField(db_default=False)),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('update_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CollectionDocument',
            fields=[
                ('pk', models.CompositePrimaryKey('collection_id', 'document_id', 'owner_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('collection', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.collection')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.document')),
            ],
        ),
        migrations.CreateModel(
            name='DocumentChunk',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ordinal', models.IntegerField()),
                ('page', models.IntegerField()),
                ('start', models.IntegerField()),
                ('end', models.IntegerField()),
                ('text', models.TextField()),
                ('headings', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('term_count', models.IntegerField(db_default=0)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.document')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DocumentPage',
            fields=[
                ('pk', models.CompositePrimaryKey('document_id', 'number', 'owner_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('label', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('from_image', models.BooleanField(db_default=False)),
                ('failure', models.BinaryField(null=True)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.document')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DocumentRequest',
            fields=[
                ('pk', models.CompositePrimaryKey('owner_id', 'request_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('body_hash', models.BinaryField(max_length=32)),
                ('subject_id', models.UUIDField()),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='IndexVersion',
            fields=[
                ('id', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('state', models.PositiveSmallIntegerField(choices=[(1, 'Building'), (2, 'Active'), (3, 'Retired')])),
                ('create_time', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', [1, 2])), fields=('state',), name='documents_index_one_each')],
            },
        ),
        migrations.CreateModel(
            name='StagedVector',
            fields=[
                ('pk', models.CompositePrimaryKey('document_id', 'ordinal', 'owner_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ordinal', models.IntegerField()),
                ('source_hash', models.BinaryField(max_length=32)),
                ('embedding', pgvector.django.halfvec.HalfVectorField(dimensions=384)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.document')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=mesh.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('body_hash', models.BinaryField(max_length=32)),
                ('file_name', models.CharField(max_length=255)),
                ('title', models.CharField(blank=True, max_length=255)),
                ('collection_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], size=None)),
                ('content_sha256', models.BinaryField(max_length=32, null=True)),
                ('size_bytes', models.BigIntegerField()),
                ('received_bytes', models.BigIntegerField(db_default=0)),
                ('expire_time', models.DateTimeField(db_index=True)),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='documents.document')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.UniqueConstraint(fields=('owner', 'name_key'), name='documents_collection_name'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.UniqueConstraint(fields=('id', 'owner'), name='documents_collection_id_owner'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['owner', '-id'], name='documents_document_listed'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('state__in', [1, 2])), fields=['owner', 'state'], name='documents_document_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('id', 'owner'), name='documents_document_id_owner'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('content_sha256__isnull', False)), fields=('owner', 'content_sha256'), name='documents_document_once'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 2, 3, 4, 5])), name='documents_document_state'),
        ),
        migrations.AddIndex(
            model_name='collectiondocument',
            index=models.Index(fields=['document'], name='documents_collection_document'),
        ),
        migrations.AddConstraint(
            model_name='documentchunk',
            constraint=models.UniqueConstraint(fields=('document', 'ordinal'), name='documents_chunk_once'),
        ),
        migrations.AddConstraint(
            model_name='documentchunk',
            constraint=models.UniqueConstraint(fields=('id', 'owner'), name='documents_chunk_id_owner'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.UniqueConstraint(fields=('owner', 'request_id'), name='documents_upload_once'),
        ),
    ]
